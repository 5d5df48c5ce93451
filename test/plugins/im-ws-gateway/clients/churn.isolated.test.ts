import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { censusOf, grownBy } from './census.ts'
import type { Holdings, Ready } from './churn-gateway.ts'
import { openRaw } from './raw-client.ts'

/** `PAIFANG_TEST_IM_CYCLES=100000` for a long run. */
const cycles = Number(process.env['PAIFANG_TEST_IM_CYCLES'] ?? 5_000)
const atOnce = 20
/** More of a kind than one for each four connections is something that they leave behind. */
const least = (connections: number): number => connections / 4
/** For what has no kind of its own, such as the insides of maps and buffers. */
const bytesPerCycle = 100
const slackBytes = 768 * 1_024

interface Churn {
  readonly before: Holdings
  readonly after: Holdings
  /** Kinds of objects of which there are more after it, with their number. */
  readonly grown: readonly string[]
}

/** What a gateway holds before so many connections and after them. */
async function churn(connections: number, warmUp: number, ...faults: readonly string[]): Promise<Churn> {
  const folder = mkdtempSync(join(tmpdir(), 'paifang-churn-'))
  const child = fork(fileURLToPath(new URL('churn-gateway.ts', import.meta.url)), [folder, ...faults], {
    execArgv: ['--expose-gc', '--import', import.meta.resolve('tsx')]
  })
  try {
    const heard = async <Message>(): Promise<Message> => ((await once(child, 'message')) as [Message])[0]
    const { url, tokens } = await heard<Ready>()
    const cycle = async (index: number): Promise<void> => {
      const [userID, token] = tokens[index % tokens.length] ?? ['', '']
      const dialect = (['2.0', '2.3', '3'] as const)[index % 3] ?? '3'
      const raw = await openRaw({ url, userID, token, dialect })
      // A third of them just goes.
      if (index % 9 > 2) await raw.ask('Logout')
      if (index % 9 === 0) raw.socket.terminate()
      await raw.close()
    }
    const run = async (from: number, to: number): Promise<Holdings> => {
      let next = from
      const worker = async (): Promise<void> => {
        while (next < to) await cycle(next++)
      }
      await Promise.all(Array.from({ length: atOnce }, worker))
      child.send('tell')
      return heard<Holdings>()
    }
    const before = await run(0, warmUp)
    const after = await run(warmUp, warmUp + connections)
    const grown = grownBy(least(connections), censusOf(before.snapshot), censusOf(after.snapshot))
    child.disconnect()
    await once(child, 'exit')
    return { before, after, grown }
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}

test(
  `${cycles} connections that log in and out leave nothing behind, not one object for each`,
  { timeout: 60_000 + cycles * 10 },
  async () => {
    const { before, after, grown } = await churn(cycles, 1_500)
    expect(after).toMatchObject({ connections: 0, users: 0 })
    expect(after.handles).toBeLessThanOrEqual(before.handles)
    expect(grown).toEqual([])
    expect(after.heapBytes - before.heapBytes).toBeLessThan(cycles * bytesPerCycle + slackBytes)
  }
)

test('two small objects for each connection would be noticed', { timeout: 60_000 }, async () => {
  const { grown } = await churn(400, 200, 'leak')
  expect(grown).toContain('object Left: 800')
})
