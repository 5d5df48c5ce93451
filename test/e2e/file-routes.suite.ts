import { describe, expect, test } from 'vitest'
import { writeFiles, type Serve, type Site } from './target.ts'

const siteOf = (files: Site['files']): Site => ({ plugins: { 'file-routes': true }, files: files ?? {} })

/** The result that a path has, whichever node is asked. */
async function resultOf(url: string): Promise<unknown> {
  const answers = await Promise.all([1, 2, 3].map(async () => (await fetch(url)).json()))
  const results = new Set(answers.map(answer => (answer as { result: unknown }).result))
  expect(results.size).toBe(1)
  return results.values().next().value
}

/** Files that are routes. */
export function fileRoutesSuite(serve: Serve): void {
  describe('a gateway with a directory of routes', () => {
    test('serves modules of each kind', async () => {
      const { url } = await serve(
        siteOf({
          'routes/functions.mjs': `export const get = ({ name }) => 'Hello, ' + name`,
          'routes/default.mjs': `export default { get() { return this.double(2) }, double: n => 2 * n }`,
          'routes/route.js': `exports.route = { async get() { return 'route' } }`,
          'routes/whole.js': `module.exports = { async get() { return 'whole' } }`,
          'routes/names.js': `exports.get = () => 'names'`,
          'routes/detected.js': `export const get = () => 'detected'`,
          'routes/module/package.json': '{ "type": "module" }',
          'routes/module/index.js': `function del() { return 'deleted' }; export { del as delete }`
        })
      )
      expect(await resultOf(`${url}/functions?name=you`)).toBe('Hello, you')
      expect(await resultOf(`${url}/default`)).toBe(4)
      for (const name of ['route', 'whole', 'names', 'detected'])
        expect(await resultOf(`${url}/${name}`)).toBe(name)
      const deleted = await fetch(`${url}/module`, { method: 'DELETE' })
      expect(await deleted.json()).toMatchObject({ result: 'deleted' })
    })

    test('takes over what changes, and not what is broken', async () => {
      const { url, folder, logs } = await serve(
        siteOf({
          'routes/a.mjs': `export const get = () => 'old'`,
          'routes/b.cjs': `exports.get = () => 'old'`
        })
      )
      const write = (name: string, text: string): void => writeFiles(folder, { [name]: text })
      const told = async (pattern: RegExp): Promise<void> =>
        await expect.poll(() => logs().every(log => pattern.test(log))).toBe(true)
      write('routes/a.mjs', `export const get = () => 'new'`)
      write('routes/b.cjs', `exports.get = () => 'new'`)
      write('routes/c/[id].mjs', `export const get = (_, { path }) => path.id`)
      await told(/c\/\[id\]\.mjs.*taken over/)
      await told(/a\.mjs.*taken over/)
      await told(/b\.cjs.*taken over/)
      expect(await resultOf(`${url}/a`)).toBe('new')
      expect(await resultOf(`${url}/b`)).toBe('new')
      expect(await resultOf(`${url}/c/7`)).toBe('7')
      write('routes/a.mjs', 'export const get = (')
      await told(/a\.mjs: cannot be loaded: SyntaxError: .*what was there before goes on/)
      expect(await resultOf(`${url}/a`)).toBe('new')
    })
  })
}
