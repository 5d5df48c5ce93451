import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { metaOf } from '../src/core/plugin.ts'
import { ServerSettings } from '../src/resolve/server-settings.ts'
import { builtins } from '../src/server.ts'
import { leavesOf } from '../src/settings/environment.ts'
import { inputView } from '../src/settings/schema.ts'

const text = readFileSync('docs/from-webservice3.md', 'utf8')
const plugins = builtins.map(metaOf).filter(meta => meta !== undefined)
const settings = new Set(
  [
    ...leavesOf(inputView(ServerSettings), ['server']),
    ...plugins.flatMap(({ name, config }) => leavesOf(config, [name]))
  ].map(({ path }) => path.join('.'))
)

test('every setting that the note for developers of WebService3 names is there', () => {
  const names = new Set(['server', ...plugins.map(({ name }) => name)])
  const paths = [...text.matchAll(/`([a-z][a-z0-9-]*)((?:\.\w+)+)(?:: [^`]*)?`/g)]
    .filter(([, plugin = '']) => names.has(plugin))
    .map(([, plugin = '', rest = '']) => plugin + rest)
  expect(paths.length).toBeGreaterThan(15)
  expect(paths.filter(path => !settings.has(path))).toEqual([])
})

test('every plugin of its configuration is there', () => {
  const [, configuration = ''] = /```yaml\n(.*?)```/s.exec(text) ?? []
  const named = [...configuration.matchAll(/^ {2}([a-z][a-z0-9-]*):/gm)].map(([, name]) => name)
  const known = new Set(['campus', ...plugins.map(({ name }) => name)])
  expect(named.filter(name => !known.has(name ?? ''))).toEqual([])
  expect(named.length).toBeGreaterThan(8)
})

test('it links to nothing that is not there', () => {
  const links = [...text.matchAll(/\]\((\.\.\/[^)#]+)\)/g)].map(([, path = '']) => path)
  expect(links.filter(path => !existsSync(`docs/${path}`))).toEqual([])
})
