import { array, assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { placesOf } from '../../../src/plugins/file-routes/places.ts'
import { isRouteFile, urlOf } from '../../../src/plugins/file-routes/route-url.ts'

const plain = { prefix: '', indexAlias: false }

describe('the path of a file', () => {
  test.for([
    ['card.js', '/card'],
    ['a/b.ts', '/a/b'],
    ['a/b.mjs', '/a/b'],
    ['a/b.cjs', '/a/b'],
    ['index.ts', '/'],
    ['a/index.js', '/a'],
    ['index/a.js', '/index/a'],
    ['card/[id].js', '/card/:id'],
    ['card/[id]/items/[itemId].ts', '/card/:id/items/:itemId'],
    ['[user]/index.js', '/:user'],
    ['v1/Order-list_2.js', '/v1/Order-list_2']
  ] as const)('%s is %s', ([file, url]) => {
    expect(urlOf(file)).toBe(url)
  })

  test.for([
    'a b.js',
    'ä.js',
    'a.b.js',
    '[].js',
    '[a-b].js',
    '[_a].js',
    'x[id].js',
    ':id.js',
    '*.js',
    '[a]/[a].js'
  ])('%s has none', file => {
    expect(() => urlOf(file)).toThrow(TypeError)
  })

  test('has nothing but what may be in a path', () => {
    const pathOf = (file: string): string => {
      try {
        return urlOf(file)
      } catch {
        return '/none'
      }
    }
    assert(
      property(array(string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 }), parts => {
        expect(pathOf(`${parts.join('/')}.js`)).toMatch(/^(?:\/:?[A-Za-z0-9_-]+)+$|^\/$/)
      })
    )
  })
})

test.for([
  ['card.js', true],
  ['card.mts', true],
  ['_card.js', false],
  ['.card.js', false],
  ['card.d.ts', false],
  ['card.d.mts', false],
  ['card.test.js', false],
  ['card.spec.ts', false],
  ['card.json', false],
  ['card.js.map', false],
  ['README.md', false]
] as const)('%s is a route file: %s', ([name, is]) => {
  expect(isRouteFile(name)).toBe(is)
})

describe('files that are in each other’s way', () => {
  const faultsOf = (files: readonly string[], options = plain): unknown =>
    placesOf(files, options).faults.map(fault => [fault.files, fault.text])

  test.for([
    [['a.js', 'a.ts'], 'both answer at /a'],
    [['a.js', 'a/index.js'], 'both answer at /a'],
    [['a/[id].js', 'a/[id]/index.ts'], 'both answer at /a/:id'],
    [['a/[id].js', 'a/[name].js'], 'two names for one parameter: /a/:id and /a/:name'],
    [['a/[id]/x.js', 'a/[name]/y.js'], 'two names for one parameter: /a/:id and /a/:name']
  ] as const)('%j: %s', ([files, text]) => {
    expect(faultsOf(files)).toEqual([[files, text]])
  })

  test('are found for aliases, too', () => {
    const aliased = { prefix: '', indexAlias: true }
    expect(faultsOf(['index.js', 'index/index.js'], aliased)).toEqual([
      [['index.js', 'index/index.js'], 'both answer at /index']
    ])
  })

  test('are not those whose parameters are at different places, or have one name', () => {
    expect(faultsOf(['[a]/x.js', 'x/[b].js', '[a]/[b].js', 'x/[b]/c.js', 'x/y.js'])).toEqual([])
  })
})

describe('places', () => {
  test('have the prefix', () => {
    const { places } = placesOf(['index.js', 'a/b.js'], { prefix: '/api', indexAlias: false })
    expect(places.map(({ urls }) => urls)).toEqual([['/api'], ['/api/a/b']])
  })

  test('have an alias for an index where the settings say so', () => {
    const { places } = placesOf(['index.js', 'a/index.js', 'b.js'], { prefix: '', indexAlias: true })
    expect(places.map(({ urls }) => urls)).toEqual([['/', '/index'], ['/a', '/a/index'], ['/b']])
  })
})
