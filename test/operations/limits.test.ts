import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { metaOf } from '../../src/core/plugin.ts'
import { ServerSettings } from '../../src/resolve/server-settings.ts'
import { builtins } from '../../src/server.ts'
import { leavesOf } from '../../src/settings/environment.ts'
import { inputView } from '../../src/settings/schema.ts'

const page = readFileSync('docs/operations.md', 'utf8')
const section = /^## Limits\n([^]*?)^## /m.exec(page)?.[1] ?? ''
/** What the table says, by setting: its default, and what happens. */
const told = new Map(
  [...section.matchAll(/^\| `([\w.-]+)` \| `([^`]*)` \| (.+) \|$/gm)].map(
    ([, setting = '', value = '', what = '']) => [setting, { value, what }]
  )
)
/** Every setting with its default. */
const settings = new Map(
  [
    ...leavesOf(inputView(ServerSettings), ['server']),
    ...builtins.map(metaOf).flatMap(meta => (meta ? leavesOf(meta.config, [meta.name]) : []))
  ].map(({ path, node }) => [path.join('.'), JSON.stringify(node.default)])
)
const isLimit = (setting: string): boolean =>
  /^max[A-Z]|Limit$|PerMinute|PerPassword$|^dailyQuota$/.test(setting.split('.').at(-1) ?? '')

test('the table of limits names settings that there are, each once, with their defaults', () => {
  const rows = section.match(/^\| `/gm) ?? []
  expect(rows).toHaveLength(told.size)
  for (const [setting, { value, what }] of told) {
    expect([setting, settings.get(setting)]).toEqual([setting, value])
    expect(what.length).toBeGreaterThan(3)
  }
})

test('it has every setting that is a limit by its name', () => {
  const limits = [...settings.keys()].filter(isLimit)
  expect(limits.length).toBeGreaterThan(40)
  expect(limits.filter(setting => !told.has(setting))).toEqual([])
})

test('it names errors of the catalogue, with their statuses', () => {
  const catalogue = readFileSync('docs/errors.md', 'utf8')
  const named = [...section.matchAll(/(?:\b(\d{3}) )?`([a-z]+\.[a-z0-9_]+)`/g)]
  expect(named.length).toBeGreaterThan(30)
  for (const [, status, key = ''] of named) {
    const http = new RegExp(`\`${key.replace('.', String.raw`\.`)}\` \\| (\\d+) \\|`).exec(catalogue)?.[1]
    expect([key, status ?? http]).toEqual([key, http])
  }
})
