import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { verifyPassword } from '../../src/plugins/sessions/service.ts'
import { run } from './program.ts'

const tool = (name: string): string => resolve('node_modules/.bin', name)
const folder = mkdtempSync(join(tmpdir(), 'paifang-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function paifang(
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}
): Promise<[number | null, string]> {
  await using program = run('cli.js', args, options)
  return [await program.ended, program.output()]
}

test('without a command, and with an unknown one, it says what there is', async () => {
  const [code, text] = await paifang([])
  expect([code, text]).toEqual([64, expect.stringContaining('Usage: paifang <command>')])
  expect(await paifang(['strat'])).toEqual([64, expect.stringContaining("did you mean 'start'?")])
  expect(await paifang(['--wrong'])).toEqual([64, expect.stringContaining('--wrong')])
  expect(await paifang(['--help'])).toEqual([0, expect.stringContaining('check the configuration')])
})

test('check says that the configuration is good', async () => {
  expect(await paifang(['check'])).toEqual([0, expect.stringContaining('The configuration is good')])
})

test('check without a configuration says where it looked', async () => {
  const [code, text] = await paifang(['check'], { cwd: folder })
  expect(code).toBe(78)
  expect(text).toContain('paifang.config.yaml')
})

test('password hashes the line that it reads, shows nothing of it, and takes no argument', async () => {
  await using program = run('cli.js', ['password'])
  program.child.stdin?.end('correct horse\r\nsecond line\n')
  expect(await program.ended).toBe(0)
  const hash = program.output().trim()
  expect([await verifyPassword('correct horse', hash), hash.includes('horse')]).toEqual([true, false])
  expect(await paifang(['password', 'secret'])).toEqual([64, expect.stringContaining('takes no argument')])
  await using empty = run('cli.js', ['password'])
  empty.child.stdin?.end()
  expect([await empty.ended, empty.output()]).toEqual([64, expect.stringContaining('empty')])
})

test('ten mistakes make one report with ten entries', async () => {
  const file = join(folder, 'wrong.yaml')
  writeFileSync(
    file,
    `server: { prot: 3000, port: "3000", logLevel: loud }
plugins:
  databse: true
  state: { driver: memory, maxKeys: many }
  cors: { orgins: [] }
  audit: { use: ./nowhere.js }
  crypto-envelope: { legacyKey: [] }
  sign-bridge: { devices: [] }
`
  )
  const env = { PAIFANG_SIGN_BRIGDE_TIMEOUT_MS: '1', PAIFANG_SIGN_BRIDGE_TIMEOUT_MS: 'soon' }
  const [code, text] = await paifang(['check', '--config', file], { env })
  expect(code).toBe(78)
  expect(text).toContain('10 problems')
  expect(text.match(/^ +\d+\. /gm)).toHaveLength(10)
  for (const hint of [
    "'port'",
    "'origins'",
    "'database'",
    'PAIFANG_SIGN_BRIDGE_TIMEOUT_MS',
    'wrong.yaml:1:11'
  ])
    expect(text).toContain(hint)
})

test('plugins lists what is on and off', async () => {
  const [code, text] = await paifang(['plugins'], { env: { PAIFANG_CORS_ENABLED: 'false' } })
  expect(code).toBe(0)
  expect(text).toMatch(/^api-error +on +global +apiErrors/m)
  expect(text).toMatch(/^cors +off/m)
})

test('new refuses bad names and never overwrites', async () => {
  expect(await paifang(['new'], { cwd: folder })).toEqual([64, expect.stringContaining('paifang new <name>')])
  expect(await paifang(['new', 'No Good'], { cwd: folder })).toEqual([
    64,
    expect.stringContaining('not a plugin name')
  ])
  expect(await paifang(['new', 'twice'], { cwd: folder })).toEqual([
    0,
    expect.stringContaining('plugins/twice/index.mjs')
  ])
  expect(await paifang(['new', 'twice'], { cwd: folder })).toEqual([
    64,
    expect.stringContaining('exists already')
  ])
})

test('new, among the sources of Paifang, writes a plugin that compiles and whose test passes', async () => {
  const clone = join(folder, 'clone')
  mkdirSync(clone)
  for (const name of [
    'src',
    'package.json',
    'tsconfig.json',
    'tsconfig.test.json',
    'vitest.config.ts',
    '.oxfmtrc.json'
  ])
    cpSync(name, join(clone, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(clone, 'node_modules'))
  expect((await paifang(['new', 'hello'], { cwd: clone }))[0]).toBe(0)
  execFileSync(tool('tsc'), ['-p', 'tsconfig.test.json'], { cwd: clone, stdio: 'pipe' })
  execFileSync(tool('oxfmt'), ['--check', 'src/plugins/hello', 'test'], { cwd: clone, stdio: 'pipe' })
  execFileSync(tool('vitest'), ['run', 'test/plugins/hello'], { cwd: clone, stdio: 'pipe' })
}, 120_000)

test('every command that prints a file prints the one in the repository', async () => {
  expect(await paifang(['env'])).toEqual([0, readFileSync('.env.example', 'utf8')])
  expect(await paifang(['schema'])).toEqual([0, readFileSync('paifang.schema.json', 'utf8')])
  expect(await paifang(['docs'])).toEqual([0, readFileSync('docs/plugins.md', 'utf8')])
  expect(await paifang(['docs', 'errors'])).toEqual([0, readFileSync('docs/errors.md', 'utf8')])
  expect(await paifang(['docs', 'nothing'])).toEqual([
    64,
    expect.stringContaining("'plugins', 'errors' and 'routes'")
  ])
})
