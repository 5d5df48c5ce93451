import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from '../../src/cli/audit.ts'
import { SqliteDatabase } from '../../src/plugins/database/sqlite-database.ts'
import { textDigest } from '../../src/plugins/sign-bridge/audit-rows.ts'
import { keyedDigest } from '../../src/plugins/sign-bridge/secret.ts'
import { run } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'paifang-audit-cli-'))
const guardSecret = 'a secret of these tests'
const config = `server: { port: 0 }
plugins: {
  api-error: true, database: true, state: true, crypto-envelope: true,
  sign-simulator: { delayMs: 2, devices: 2 }, sign-bridge: { guardSecret: '${guardSecret}' } }`

beforeAll(() => writeFileSync(join(folder, 'paifang.config.yaml'), config))
afterAll(() => rmSync(folder, { recursive: true }))

async function paifang(...args: string[]): Promise<[number | null, string]> {
  await using program = run('cli.js', args, { cwd: folder })
  return [await program.ended, program.output()]
}

/** Asks for one signature after the other, until the gateway is gone. Returns the texts whose signature arrived. */
async function load(url: string, name: string, answered: () => void): Promise<string[]> {
  const signed: string[] = []
  for (let number = 0; ; number++) {
    const data = `${name} ${number}`
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ data, pin: '88888888' })
    try {
      const response = await fetch(`${url}/v1/sign`, { method: 'POST', headers, body })
      const { sign } = (await response.json()) as { sign?: string }
      if (sign !== undefined) signed.push(data)
      answered()
    } catch {
      return signed
    }
  }
}

test('kill -9 in the middle of load loses no row of an answer that arrived, and the trail stays whole', async () => {
  await using server = run('server.js', [], { cwd: folder })
  const [, url = ''] = await server.until(/Listening on (http:\S+)/)
  let [answers, enough] = [0, (): void => {}]
  const killTime = new Promise<void>(resolve => (enough = resolve))
  const answered = (): void => {
    if (++answers === 100) enough()
  }
  const loads = Array.from({ length: 6 }, (_, name) => load(url, `load ${name}`, answered))
  await killTime
  expect(await paifang('audit', 'verify')).toEqual([0, expect.stringContaining('The audit trail is intact')])
  server.child.kill('SIGKILL')
  const signed = (await Promise.all(loads)).flat()
  expect(signed.length).toBeGreaterThanOrEqual(90)

  const [code, text] = await paifang('audit', 'verify')
  expect([code, text]).toEqual([0, expect.stringContaining('intact')])
  const [, listed] = await paifang('audit', 'list')
  const digests = new Set(
    listed
      .trim()
      .split('\n')
      .map(line => (JSON.parse(line) as { digest: string }).digest)
  )
  const lost = signed.filter(data => !digests.has(textDigest(data, keyedDigest(guardSecret))))
  expect(lost).toEqual([])
  expect(listed).not.toMatch(/88888888|load \d/)
})

test('two gateways that share a database write one chain', async () => {
  await using one = run('server.js', [], { cwd: folder })
  await using other = run('server.js', [], { cwd: folder })
  const servers = [one, other]
  const urls = await Promise.all(servers.map(server => server.until(/Listening on (http:\S+)/)))
  let [answers, enough] = [0, (): void => {}]
  const killTime = new Promise<void>(resolve => (enough = resolve))
  const answered = (): void => {
    if (++answers === 60) enough()
  }
  const loads = urls.map(([, url = ''], name) => load(url, `shared ${name}`, answered))
  await killTime
  for (const { child } of servers) child.kill('SIGKILL')
  const signed = (await Promise.all(loads)).map(({ length }) => length)
  expect(Math.min(...signed)).toBeGreaterThan(0)
  expect(await paifang('audit', 'verify')).toEqual([0, expect.stringContaining('intact')])
})

test('verify names the first row that was changed, and ends with 1', async () => {
  const [, before] = await paifang('audit', 'verify')
  const [, head = ''] = /Head.*: (\S+)/.exec(before) ?? []
  expect(await paifang('audit', 'verify', '--head', head)).toEqual([0, before])
  const database = await SqliteDatabase.connect(join(folder, 'data', 'paifang.db'), 1_000)
  const db = await database.open('sign_audit_tampering', {})
  await sql`update sign_audit_rows set caller = 'somebody' where seq = 17`.execute(db)
  await database.close()
  expect(await paifang('audit', 'verify')).toEqual([
    1,
    'The audit trail is broken at row 17: it, or what is before it, was changed.\n'
  ])
})

test('list shows rows of a caller and since a time, as JSON', async () => {
  const [code, text] = await paifang('audit', 'list', '--caller', 'somebody', '--since', '2020-01-01')
  expect(code).toBe(0)
  expect(JSON.parse(text)).toMatchObject({ seq: 17, action: 'sign', caller: 'somebody' })
  expect(await paifang('audit', 'list', '--since', '2999-01-01')).toEqual([0, ''])
})

test('audit without sense says what it wants', async () => {
  const usage = { message: expect.stringContaining('usage: paifang audit verify') }
  const call = (args: string[], flags: Record<string, string> = {}): Promise<void> =>
    audit({ args, flags, options: { builtins: [] } })
  await expect(call([])).rejects.toMatchObject(usage)
  await expect(call(['mend'])).rejects.toMatchObject(usage)
  await expect(call(['verify'], { head: '12' })).rejects.toMatchObject(usage)
  await expect(call(['list'], { since: 'soon' })).rejects.toMatchObject(usage)
  expect(await paifang('check', '--since', '2020-01-01')).toEqual([64, expect.stringContaining('--since')])
})
