import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashPassword } from '../../src/plugins/sessions/service.ts'
import { run } from './program.ts'

/** Several programs, on a machine that may have other things to do. */
const timeout = 60_000
const folder = mkdtempSync(join(tmpdir(), 'paifang-repl-'))
const portal = `
export default async function portal(app) {
  app.get('/who', ({ user }) => ({ who: user.isLogin ? user.cardnum : 'guest' }))
  app.get('/broken', () => { throw new Error('out of order') })
}`

beforeAll(async () => {
  writeFileSync(join(folder, 'portal.mjs'), portal)
  writeFileSync(
    join(folder, 'paifang.config.yaml'),
    `plugins:
  api-error: true
  database: { file: ':memory:' }
  sessions:
    secret: a secret of these tests, of 32 characters
    users: [{ username: '213170001', password: '${await hashPassword('hunter2')}' }]
  portal: { use: ./portal.mjs }`
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What `paifang repl` prints for these lines, and its exit code. */
async function repl(lines: string, ...args: string[]): Promise<[number | null, string]> {
  const env = { XDG_STATE_HOME: folder }
  await using program = run('cli.js', ['repl', ...args], { cwd: folder, env })
  program.child.stdin?.end(lines)
  return [await program.ended, program.output()]
}

const inOrder = (...parts: string[]): unknown =>
  expect.stringMatching(
    new RegExp(parts.map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('[^]*'))
  )

test(
  'lines that are piped in are answered by a gateway without a port, and exit code 0 says that all succeeded',
  { timeout },
  async () => {
    const [code, text] = await repl(
      'get /healthz\nget /who\nauth 213170001 hunter2\nget /who\nlogout\nget /who\n'
    )
    expect(text).toEqual(inOrder('"ok"', '"guest"', 'You are 213170001.', '"213170001"', '200 OK', '"guest"'))
    expect(code).toBe(0)
    expect(text).not.toMatch(/hunter2|[0-9a-f]{64}|"level"/)
    expect(existsSync(join(folder, 'paifang'))).toBe(false)
  }
)

test(
  'exit code 1 says that one failed; of a failure of the gateway the reason is there',
  { timeout },
  async () => {
    expect(await repl('get /nowhere')).toEqual([1, inOrder('404 Not Found', 'route.not_found')])
    expect(await repl('auth 213170001 wrong\nget /healthz')).toEqual([1, inOrder('code 401', '"ok"')])
    const [code, text] = await repl('/broken')
    expect([code, text]).toEqual([1, expect.stringContaining('500 Internal Server Error')])
    expect(text).toContain('Internal server error\nError: out of order\n    at ')
  }
)

test('a gateway elsewhere is asked by HTTP, and none is started', { timeout }, async () => {
  await using gateway = run('server.js', [], { cwd: folder, env: { PORT: '0' } })
  const [, url = ''] = await gateway.until(/Listening on (\S+)/)
  const lines = 'auth 213170001 hunter2\nget /who'
  expect(await repl(lines, '--server', url, '--config', 'none.yaml')).toEqual([0, inOrder('"213170001"')])
  expect(await repl(`server ${url}\n${lines}`)).toEqual([
    0,
    inOrder('Requests go to 127.0.0.1', '"213170001"')
  ])
})

test('what makes no sense is said before anything starts', { timeout }, async () => {
  expect(await repl('', '--server', 'portal')).toEqual([
    64,
    expect.stringContaining('--server: this is no address')
  ])
  expect(await repl('', 'get', '/x')).toEqual([64, expect.stringContaining('usage: paifang repl')])
  expect(await repl('', '--config', 'none.yaml')).toEqual([78, expect.stringContaining('none.yaml')])
})
