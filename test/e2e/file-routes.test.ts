import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { directoryWith } from '../settings/files.ts'
import { run, type Program } from './program.ts'

const config = `
server: { port: 0 }
plugins:
  api-error: true
  file-routes: true
`

/** The built gateway in a directory of its own. */
function start(
  files: Readonly<Record<string, string>>
): Program & { write(file: string, text: string): void } {
  const directory = directoryWith({ 'paifang.config.yaml': config, ...files })
  const program = run('server.js', [], { cwd: directory.path })
  return {
    ...program,
    write(file, text) {
      mkdirSync(dirname(join(directory.path, file)), { recursive: true })
      writeFileSync(join(directory.path, file), text)
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    }
  }
}

const urlOf = async (program: Program): Promise<string> =>
  (await program.until(/Listening on (\S+)/))[1] ?? ''
const resultOf = async (url: string): Promise<unknown> =>
  ((await (await fetch(url)).json()) as { result: unknown }).result

describe('a gateway with a directory of routes', () => {
  test('serves modules of each kind', async () => {
    await using gateway = start({
      'routes/functions.mjs': `export const get = ({ name }) => 'Hello, ' + name`,
      'routes/default.mjs': `export default { get() { return this.double(2) }, double: n => 2 * n }`,
      'routes/route.js': `exports.route = { async get() { return 'route' } }`,
      'routes/whole.js': `module.exports = { async get() { return 'whole' } }`,
      'routes/names.js': `exports.get = () => 'names'`,
      'routes/detected.js': `export const get = () => 'detected'`,
      'routes/module/package.json': '{ "type": "module" }',
      'routes/module/index.js': `function del() { return 'deleted' }; export { del as delete }`
    })
    const url = await urlOf(gateway)
    expect(await resultOf(`${url}/functions?name=you`)).toBe('Hello, you')
    expect(await resultOf(`${url}/default`)).toBe(4)
    for (const name of ['route', 'whole', 'names', 'detected'])
      expect(await resultOf(`${url}/${name}`)).toBe(name)
    const deleted = await fetch(`${url}/module`, { method: 'DELETE' })
    expect(await deleted.json()).toMatchObject({ result: 'deleted' })
  })

  test('takes over what changes, and not what is broken', async () => {
    await using gateway = start({
      'routes/a.mjs': `export const get = () => 'old'`,
      'routes/b.cjs': `exports.get = () => 'old'`
    })
    const url = await urlOf(gateway)
    gateway.write('routes/a.mjs', `export const get = () => 'new'`)
    gateway.write('routes/b.cjs', `exports.get = () => 'new'`)
    gateway.write('routes/c/[id].mjs', `export const get = (_, { path }) => path.id`)
    await gateway.until(/c\/\[id\]\.mjs.*taken over/)
    await gateway.until(/a\.mjs.*taken over/)
    await gateway.until(/b\.cjs.*taken over/)
    expect(await resultOf(`${url}/a`)).toBe('new')
    expect(await resultOf(`${url}/b`)).toBe('new')
    expect(await resultOf(`${url}/c/7`)).toBe('7')
    gateway.write('routes/a.mjs', 'export const get = (')
    await gateway.until(/a\.mjs: cannot be loaded: SyntaxError: .*what was there before goes on/)
    expect(await resultOf(`${url}/a`)).toBe('new')
  })
})

describe('a gateway whose routes are at fault', () => {
  test('does not start, and says all of it', async () => {
    await using gateway = start({
      'routes/a.mjs': 'export const get = (',
      'routes/b c.js': '',
      'routes/d.js': 'exports.x = 1'
    })
    expect(await gateway.ended).toBe(1)
    const output = gateway.output()
    expect(output).toContain("- b c.js: 'b c' cannot be part of a path")
    expect(output).toMatch(/- a\.mjs: cannot be loaded: SyntaxError: /)
    expect(output).toContain('- d.js: it exports no method')
  })

  // Node says so from 22.10 on.
  test.runIf(!Reflect.get(process.features, 'typescript'))('says what TypeScript needs', async () => {
    await using gateway = start({ 'routes/a.ts': 'export const get = (): string => "a"' })
    expect(await gateway.ended).toBe(1)
    expect(gateway.output()).toMatch(/- a\.ts: is TypeScript.*Node 22\.18 or later.*tsx/)
  })
})
