import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstRequestsSuite } from './first-requests.suite.ts'
import { run, type Program } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-'))
const fresh = { PORT: '0', PAIFANG_DATABASE_FILE: join(folder, 'paifang.db') }
afterAll(() => rmSync(folder, { recursive: true }))

describe('npm start', () => {
  let gateway: Program
  let url: string
  beforeAll(async () => {
    gateway = run('server.js', [], { env: fresh })
    url = (await gateway.until(/Listening on (\S+)/))[1] ?? ''
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  test('prints a report with every plugin, its time, the address and two lines to try', () => {
    const report = gateway.output()
    for (const name of [
      'api-error',
      'cors',
      'state',
      'database',
      'crypto-envelope',
      'sign-simulator',
      'sign-bridge',
      'customs179'
    ])
      expect(report).toMatch(new RegExp(`^  ${name} +\\d+ ms$`, 'm'))
    expect(report).toContain(`sh examples/getcode.sh "hello" ${url}`)
    expect(report).toContain(`curl -s ${url}/v1/sign/devices`)
  })

  test('the lines to try work as printed', () => {
    const lines = [...gateway.output().matchAll(/^ {2}((?:sh|curl) .*)$/gm)].map(([, line]) => line ?? '')
    expect(lines).toHaveLength(3)
    const [signed, devices, login] = lines.map(line => execFileSync('sh', ['-c', line], { encoding: 'utf8' }))
    expect(signed).toMatch(/"sign": "[A-Za-z0-9+/]+=*", "certNo": "[0-9a-f]{8}"/)
    expect(devices).toContain('"ready"')
    expect(login).toMatch(/^\{"success":true,"code":200,"result":"[0-9a-f]{64}"\}$/)
  })

  firstRequestsSuite(() => url)

  test('SIGINT ends it within a second when idle, with exit code 0', async () => {
    const began = performance.now()
    gateway.child.kill('SIGINT')
    expect(await gateway.ended).toBe(0)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})

test('nothing secret is printed, whatever the log level', async () => {
  await using gateway = run('server.js', [], { env: { ...fresh, LOG_LEVEL: 'trace' } })
  const [, url] = await gateway.until(/Listening on (\S+)/)
  execFileSync('sh', ['examples/getcode.sh', 'hello', url ?? ''])
  await fetch(`${url}/getCode`, { method: 'POST', body: 'zz' })
  gateway.child.kill('SIGTERM')
  expect(await gateway.ended).toBe(0)
  expect(gateway.output()).toContain('/getCode')
  for (const secret of ['1234567887654321', '88888888', '"hello"}', 'pwdstr']) {
    const lines = gateway
      .output()
      .split('\n')
      .filter(line => line.startsWith('{') && line.includes(secret))
    expect(lines).toEqual([])
  }
})

test('the demonstration key and the simulator are refused in production', async () => {
  await using gateway = run('server.js', [], { env: { ...fresh, NODE_ENV: 'production' } })
  expect(await gateway.ended).toBe(78)
  expect(gateway.output()).toContain('plugins.crypto-envelope.legacyKey')
  expect(gateway.output()).toContain('plugins.sign-simulator')
  expect(gateway.output()).not.toContain('1234567887654321')
})

test('a port that is taken is one problem with a hint, and exit code 1', async () => {
  const holder = createServer()
  await new Promise<void>(resolve => holder.listen(0, '127.0.0.1', resolve))
  const { port } = holder.address() as AddressInfo
  try {
    await using gateway = run('server.js', [], { env: { ...fresh, PORT: String(port) } })
    expect(await gateway.ended).toBe(1)
    expect(gateway.output()).toContain(`port ${port} of 127.0.0.1 is taken [LISTEN_FAILED]`)
    expect(gateway.output()).not.toMatch(/^\s+at /m)
  } finally {
    holder.close()
  }
})
