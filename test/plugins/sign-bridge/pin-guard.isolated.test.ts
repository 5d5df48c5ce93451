import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../../src/core/index.ts'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'
import { openRows } from '../../../src/plugins/sign-bridge/pin-guard-rows.ts'
import { PinGuard } from '../../../src/plugins/sign-bridge/pin-guard.ts'
import { keyedDigest } from '../../../src/plugins/sign-bridge/secret.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'

const secret = 'a secret for tests'
const child = fileURLToPath(new URL('pin-guard-child.ts', import.meta.url))
const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

test('20: a process that is killed among wrong PINs forgets no block, and one whose refusal was not stored ends soon', async () => {
  const file = directory.path('killed.db')
  const seen = await linesUntilKilled(file, 60)
  const noted = seen.filter(line => line.startsWith('noted')).map(line => Number(line.slice(6)))
  const sent = seen.filter(line => line.startsWith('sent')).map(line => Number(line.slice(5)))
  expect(noted.length).toBeGreaterThanOrEqual(29)

  const database = await SqliteDatabase.connect(file, 1_000)
  const limits = { clock: systemClock, tell: () => {}, unclearPinLimit: 2, attemptMs: 0 }
  const rows = await openRows(database)
  const guard = new PinGuard({ ...limits, rows, digest: keyedDigest(secret) }, () => [])
  const admit = async (card: number): Promise<unknown> => {
    const device = { name: '', address: `card-${card}`, cardNo: undefined, quarantine() {}, release() {} }
    const admission = await guard.admit(device, guard.keyOf('12345678'))
    return typeof admission === 'string' ? admission : 'sent'
  }
  expect(new Set(await Promise.all(noted.map(admit)))).toEqual(new Set(['blocked']))
  // The attempts of a process that is killed again and again, each time before it hears the refusal.
  for (const card of sent) {
    await admit(card)
    expect(await admit(card)).toBe('blocked')
  }
  await database.close()
})

/** Runs the child, and kills it in the middle of whatever it does after so many lines. */
async function linesUntilKilled(file: string, count: number): Promise<string[]> {
  const process_ = spawn(process.execPath, ['--import', 'tsx', child, file, secret], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const exited = once(process_, 'exit')
  const lines: string[] = []
  for await (const line of createInterface(process_.stdout)) {
    lines.push(line)
    if (lines.length === count) process_.kill('SIGKILL')
  }
  await exited
  return lines
}
