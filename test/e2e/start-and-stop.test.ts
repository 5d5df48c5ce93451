import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { startSignSimulator } from '../../src/plugins/sign-simulator/device.ts'
import { run, type Program } from './program.ts'

let folder: string
const folders: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paifang-start-'))
  folders.push(folder)
  writeFileSync(
    join(folder, 'paifang.config.yaml'),
    'plugins: { api-error: true, database: true, state: true, crypto-envelope: true, sign-bridge: true }'
  )
})
afterAll(() => folders.forEach(each => rmSync(each, { recursive: true })))

test('where the key of the PIN guard cannot be kept, the start ends with the file and the settings that help', async () => {
  writeFileSync(join(folder, 'data'), 'a file where a directory should be')
  const env = { PORT: '0', PAIFANG_DATABASE_FILE: join(folder, 'elsewhere.db') }
  await using gateway = run('server.js', [], { env, cwd: folder })
  expect(await gateway.ended).toBe(1)
  const report = gateway.output().slice(gateway.output().indexOf('The gateway cannot start: 1 problem'))
  expect(report).toContain(join(folder, 'data', 'sign-bridge.secret'))
  expect(report).toContain('set guardSecret of sign-bridge, or its keyFile')
  expect(report).not.toMatch(/^\s+at /m)
})

test.each([
  ['forget-key', 'sign-bridge'],
  ['audit', 'verify'],
  ['audit', 'list']
])('where there is no database, %s %s says so, and makes none', async (...args) => {
  await using command = run('cli.js', args, { cwd: folder })
  const missing = `${join(folder, 'data', 'paifang.db')} does not exist: run this where the gateway runs`
  expect([await command.ended, command.output()]).toEqual([64, expect.stringContaining(missing)])
  expect(readdirSync(folder)).toEqual(['paifang.config.yaml'])
})

test('a database that came back without its key is refused in production by name, until the key is back or is given up', async () => {
  const env = { PORT: '0', NODE_ENV: 'production', PAIFANG_SIGN_BRIDGE_DEVICES: 'ws://127.0.0.1:9' }
  const start = (): Program => run('server.js', [], { env, cwd: folder })
  const key = join(folder, 'data', 'sign-bridge.secret')
  {
    await using first = start()
    await first.until(/listening/i)
    expect(first.output()).toContain('a new key was made')
    first.child.kill('SIGTERM')
    await first.ended
  }
  renameSync(key, `${key}.kept`)
  await using refused = start()
  expect(await refused.ended).toBe(1)
  expect(refused.output()).toContain(`plugins.sign-bridge.keyFile: ${key} does not exist`)
  await using verify = run('cli.js', ['audit', 'verify'], { cwd: folder })
  expect([await verify.ended, verify.output()]).toEqual([64, expect.stringContaining('does not exist')])

  renameSync(`${key}.kept`, key)
  await using again = start()
  await again.until(/listening/i)
  again.child.kill('SIGTERM')
  await again.ended

  writeFileSync(key, 'ab'.repeat(32))
  await using other = start()
  expect(await other.ended).toBe(1)
  expect(other.output()).toContain('holds another key than the rows in the database were written with')
  await using verifyOther = run('cli.js', ['audit', 'verify'], { cwd: folder })
  expect([await verifyOther.ended, verifyOther.output()]).toEqual([
    64,
    expect.stringMatching(/^paifang: .*another key/)
  ])
  await using forget = run('cli.js', ['forget-key', 'sign-bridge'], { cwd: folder })
  expect([await forget.ended, forget.output()]).toEqual([
    0,
    expect.stringContaining('sign-bridge will start')
  ])
  await using twice = run('cli.js', ['forget-key', 'sign-bridge'], { cwd: folder })
  expect([await twice.ended, twice.output()]).toEqual([64, expect.stringContaining('knows of no key')])
  await using afresh = start()
  await afresh.until(/listening/i)
})

test('1: without its device the gateway starts, lives and is not ready; it signs nothing until the device comes', async () => {
  await using device = await startSignSimulator()
  await device.goOffline()
  const env = {
    PORT: '0',
    PAIFANG_SIGN_BRIDGE_DEVICES: device.url,
    PAIFANG_SIGN_BRIDGE_CONNECT_WAIT_MS: '0',
    PAIFANG_SIGN_BRIDGE_RECONNECT_MIN_MS: '10',
    PAIFANG_SIGN_BRIDGE_RECONNECT_MAX_MS: '50'
  }
  await using gateway = run('server.js', [], { env, cwd: folder })
  const [, url = ''] = await gateway.until(/Listening on (\S+)/)
  const statusOf = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status
  expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 503])
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ data: 'hello', pin: '88888888' })
  const sign = (): Promise<Response> => fetch(`${url}/v1/sign`, { method: 'POST', headers, body })
  const refused = await sign()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  await device.comeOnline()
  while ((await statusOf('/readyz')) !== 200) continue
  expect((await sign()).status).toBe(200)
})

test('26: a second signal ends the gateway at once, whatever still waits for a card', async () => {
  await using device = await startSignSimulator()
  device.control.play([{ do: 'ignore' }])
  const env = { PORT: '0', PAIFANG_SIGN_BRIDGE_DEVICES: device.url }
  await using gateway = run('server.js', [], { env, cwd: folder })
  const [, url = ''] = await gateway.until(/Listening on (\S+)/)
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ data: 'hello', pin: '88888888' })
  const lost = fetch(`${url}/v1/sign`, { method: 'POST', headers, body }).catch(() => 'cut off')
  await device.control.record.received(1)
  gateway.child.kill('SIGTERM')
  await gateway.until(/"signal":"SIGTERM"/)
  gateway.child.kill('SIGTERM')
  expect(await gateway.ended).toBe(1)
  expect(await lost).toBe('cut off')
})
