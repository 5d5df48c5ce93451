import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startSignSimulator } from '../../src/plugins/sign-simulator/device.ts'
import { run, type Program } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-kill-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pin = '88888888'
const wrong = '12345678'

test('20: a gateway that is killed in the middle of load forgets no PIN block', async () => {
  await using busy = await startSignSimulator({ delayMs: 1 })
  await using guarded = await startSignSimulator({ delayMs: 1 })
  writeFileSync(
    join(folder, 'paifang.config.yaml'),
    'plugins: { api-error: true, database: true, state: true, crypto-envelope: true, sign-bridge: true }'
  )
  const env = { PORT: '0', PAIFANG_SIGN_BRIDGE_DEVICES: `${busy.url},${guarded.url}` }
  const start = async (): Promise<{ program: Program; url: string }> => {
    const program = run('server.js', [], { env, cwd: folder })
    const [, url = ''] = await program.until(/Listening on (http:\S+)/)
    return { program, url }
  }
  const sign = async (url: string, device: string, secret: string): Promise<number> => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ data: 'order', pin: secret, device })
    return (await fetch(`${url}/v1/sign`, { method: 'POST', headers, body })).status
  }
  const load = async (url: string): Promise<void> => {
    try {
      for (;;) await sign(url, 'device-1', pin)
    } catch {
      // It was killed.
    }
  }

  const first = await start()
  await using _first = first.program
  const loads = [load(first.url), load(first.url)]
  expect(await sign(first.url, 'device-2', pin)).toBe(200)
  const before = busy.control.record.count
  expect(await sign(first.url, 'device-2', wrong)).toBe(502)
  await busy.control.record.received(before + 20)
  first.program.child.kill('SIGKILL')
  await Promise.all(loads)

  const asked = guarded.control.record.count
  const second = await start()
  await using _second = second.program
  expect(await sign(second.url, 'device-2', wrong)).toBe(423)
  expect(guarded.control.record.count).toBe(asked)
  expect(guarded.control.card.wrongPins).toBe(1)
  expect(await sign(second.url, 'device-2', pin)).toBe(200)
})
