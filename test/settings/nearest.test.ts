import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearest } from '../../src/settings/nearest.ts'

test.for([
  ['ttlMS', 'ttlMs', 'in another case'],
  ['cach', 'cache', 'with a letter missing'],
  ['cachee', 'cache', 'with a letter too many'],
  ['cahce', 'cache', 'with neighbours swapped'],
  ['cadhe', 'cache', 'with a letter replaced'],
  ['enable', 'enabled', 'with its end missing'],
  ['SERVER_PROT', 'SERVER_PORT', 'in capitals']
] as const)('takes %s for %s: %s', ([name, meant]) => {
  expect(nearest(name, ['unrelated', meant, 'other'])).toBe(meant)
})

test('guesses nothing when more than a third of the letters differ', () => {
  expect(nearest('cache', ['state', 'cast', 'hub'])).toBeUndefined()
  expect(nearest('a', ['bc'])).toBeUndefined()
  expect(nearest('cache', [])).toBeUndefined()
})

test('prefers the closest candidate, and the first among equals', () => {
  expect(nearest('port', ['sort', 'ports', 'port'])).toBe('port')
  expect(nearest('port', ['sort', 'fort'])).toBe('sort')
})

test('finds every name after one small mistake anywhere in it', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), minLength: 3, maxLength: 20 })
  const mistake = fc.record({ at: fc.nat(), letter: fc.constantFrom('x', '', 'xx') })
  fc.assert(
    fc.property(name, mistake, (meant, { at, letter }) => {
      const place = at % meant.length
      const typed = meant.slice(0, place) + letter + meant.slice(place + (letter === 'xx' ? 0 : 1))
      const edits = letter === 'xx' ? 2 : 1
      const found = nearest(typed, ['zzzzzzzzzzzzzzzzzzzzzzzzz', meant])
      expect(found).toBe(edits <= Math.max(1, Math.floor(typed.length / 3)) ? meant : undefined)
    })
  )
})
