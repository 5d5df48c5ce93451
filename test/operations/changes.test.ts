import { expect, test } from 'vitest'
import { changesBetween } from '../../src/operations/changes.ts'
import type { Entry } from '../../src/resolve/entry.ts'

const entry = (id: string, version?: string): Entry => ({
  id,
  name: id,
  version,
  plugin: async () => {},
  meta: undefined,
  global: false,
  provides: undefined,
  needs: [],
  dependencies: [],
  settings: {}
})

test('changes are told by name, and without what plugins that come or go bring along', () => {
  const before = {
    entries: [entry('a'), entry('b'), entry('gone'), entry('c', '1.0.0')],
    values: {
      server: { port: 1, closeMs: 1 },
      plugins: { a: { ttlMs: 1, list: [1, 2], deep: { key: 's3cret' } }, b: { same: [1] }, gone: { x: 1 } }
    }
  }
  const after = {
    entries: [entry('a'), entry('b'), entry('come'), entry('c', '1.0.1')],
    values: {
      server: { port: 1, closeMs: 2 },
      plugins: { a: { list: [2, 1], deep: { key: 'other' }, more: 1 }, b: { same: [1] }, come: { x: 1 } }
    }
  }
  expect(changesBetween(before, after)).toEqual({
    added: ['come'],
    removed: ['gone'],
    settings: [
      'plugins.c.use',
      'plugins.a.ttlMs',
      'plugins.a.list',
      'plugins.a.deep.key',
      'plugins.a.more',
      'server.closeMs'
    ]
  })
})

test('the same is no change', () => {
  const one = { entries: [entry('a')], values: { server: { port: 1 }, plugins: { a: { on: true } } } }
  expect(changesBetween(one, structuredClone({ ...one, entries: [] }))).toEqual({
    added: [],
    removed: ['a'],
    settings: []
  })
  expect(changesBetween(one, { ...one, values: structuredClone(one.values) })).toEqual({
    added: [],
    removed: [],
    settings: []
  })
})

test('the first plugin of all is told as that', () => {
  const none = { entries: [], values: { server: {} } }
  const one = { entries: [entry('a')], values: { server: {}, plugins: { a: { on: true } } } }
  expect(changesBetween(none, one)).toEqual({ added: ['a'], removed: [], settings: [] })
})
