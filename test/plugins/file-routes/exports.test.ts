import { describe, expect, test } from 'vitest'
import { exportsOf } from '../../../src/plugins/file-routes/module-exports.ts'
import { sourceOf } from '../../../src/plugins/file-routes/route-source.ts'

const get = (): string => 'get'
const put = (): string => 'put'
const helper = (): string => 'helper'

/** Methods and members that are found in a module. */
function found(module: Readonly<Record<string, unknown>>): unknown {
  const { methods, members } = sourceOf(module)
  const own = members.names.map(name => [name, members.object[name]])
  return [[...methods].map(([method, { run }]) => [method, run]), Object.fromEntries(own)]
}

describe('a module', () => {
  const both = [
    ['get', get],
    ['put', put]
  ]

  test('has its functions, and whatever else it exports is its own matter', () => {
    expect(found({ get, put, helper })).toEqual([both, {}])
  })

  test('has an object of them, whose other members are for the context', () => {
    expect(found({ default: { get, put, helper } })).toEqual([both, { helper }])
    expect(found({ route: { get, put, helper }, helper })).toEqual([both, { helper }])
  })

  test('may have an object of a class', () => {
    class Card {
      get = get
      put(this: void): string {
        return 'put'
      }
    }
    const card = new Card()
    expect(found({ default: card })).toEqual([
      [
        ['get', get],
        ['put', card.put]
      ],
      {}
    ])
  })
})

describe('CommonJS', () => {
  const object = { get, put, helper }

  test.for([
    ['exports.route, whose name Node finds', { route: object, default: { route: object } }],
    ['exports.route, whose name it does not find', { default: { route: object } }],
    ['module.exports', { default: object, get, put, helper }],
    ['module.exports, with a name that is none', { default: object, get, async: undefined }],
    ['module.exports, as later versions of Node give it', { default: object, 'module.exports': object }],
    [
      'what a transpiler makes of a default',
      { default: { __esModule: true, default: object }, __esModule: true }
    ],
    ['what a transpiler makes of a route', { default: { __esModule: true, route: object }, route: object }]
  ] as const)('is read: %s', ([, module]) => {
    expect(found(module)).toEqual([
      [
        ['get', get],
        ['put', put]
      ],
      { helper }
    ])
  })

  test('has its options beside the route or in the object', () => {
    const meta = { get: 'A text' }
    for (const module of [{ default: { route: { get }, meta } }, { default: { get, meta } }])
      expect(sourceOf(module).methods.get('get')?.meta).toBe('A text')
  })

  test('functions of a transpiled module are functions', () => {
    expect(exportsOf({ default: { __esModule: true, get }, get })).toEqual({ get })
  })
})

describe('options', () => {
  const configOf = (config: object, more: object = {}): unknown => {
    const { methods } = sourceOf({ get, put, config, ...more })
    return [methods.get('get')?.config, methods.get('put')?.config]
  }

  test('of all methods hold for each, and those of one go before them', () => {
    expect(configOf({ auth: 'public', dialect: 'plain', put: { auth: 'required' } })).toEqual([
      { auth: 'public', dialect: 'plain' },
      { auth: 'required', dialect: 'plain' }
    ])
  })

  test('a cache holds for get alone', () => {
    expect(configOf({ cache: '1h' })).toEqual([{ cache: '1h' }, {}])
    expect(sourceOf({ put, config: { cache: '1h' } }).methods.get('put')?.config).toEqual({ cache: '1h' })
    expect(configOf({ get: { cache: '1h' } })).toEqual([{ cache: '1h' }, {}])
  })

  test('texts and resources reach other plugins', () => {
    expect(configOf({}, { meta: { get: 'A text' }, related: 'children' })).toEqual([
      { meta: 'A text', related: 'children' },
      { related: 'children' }
    ])
  })
})
