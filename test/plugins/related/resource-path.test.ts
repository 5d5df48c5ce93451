import { expect, test } from 'vitest'
import { baseOf, fillPath, isForeign, resolvePath } from '../../../src/plugins/related/resource-path.ts'

test.each([
  ['/api', '/api'],
  ['/api/', '/api'],
  ['/api/index', '/api'],
  ['/api/index?page=1', '/api'],
  ['/api/indexes', '/api/indexes'],
  ['/index', ''],
  ['/', ''],
  ['/?a=/index', ''],
  ['/api#/index', '/api']
])('%s is at %j', (path, base) => {
  expect(baseOf(path)).toBe(base)
})

test.each([
  ['/api', 'card', '/api/card'],
  ['/api', './card', '/api/card'],
  ['/api', 'card/', '/api/card'],
  ['/api', '../card', '/card'],
  ['/api', '../../../card', '/card'],
  ['/api', '.', '/api'],
  ['/api', '', '/api'],
  ['/api', '..', '/'],
  ['', 'card', '/card'],
  ['', '..', '/'],
  ['/api', 'card?month=../5#top', '/api/card?month=../5#top'],
  ['/api', '?page=2', '/api?page=2'],
  ['/api', '/card/', '/card/'],
  ['/api', 'https://example.com/x', 'https://example.com/x'],
  ['/api', '//example.com', '//example.com'],
  ['/api', 'a:b', 'a:b'],
  ['/api', './a:b', '/api/a:b'],
  ['//example.com', 'card', '/example.com/card'],
  ['http://example.com', 'card', '/http:/example.com/card']
])('from %j, %j is %s', (base, path, resolved) => {
  expect(resolvePath(base, path)).toBe(resolved)
})

test.each([
  ['/orders/:id/items', '/orders/7%2F%E5%8D%A1/items'],
  ['/orders/:number', '/orders/7'],
  ['/orders', '/orders'],
  ['https://example.com:8080/:id', 'https://example.com:8080/:id'],
  ['/orders/:other', undefined],
  ['/orders/:toString', undefined],
  ['/orders/:empty', undefined],
  ['/orders/:dots', undefined],
  ['/orders/:list', undefined],
  [String.raw`/orders/:id(\d+)`, undefined],
  ['/orders/:id-:number', undefined],
  ['/files/*', undefined]
])('the parameters of %s are filled in', (pattern, path) => {
  expect(fillPath(pattern, { id: '7/卡', number: 7, empty: '', dots: '..', list: ['a'] })).toBe(path)
  expect(fillPath('/orders/:id', undefined)).toBeUndefined()
})

test('a path is foreign that names a host or a scheme', () => {
  expect(['https://a', 'HTTP://a', '//a', 'mailto:a'].every(isForeign)).toBe(true)
  expect(['/a', 'a', './a:b', '../a', ''].some(isForeign)).toBe(false)
})
