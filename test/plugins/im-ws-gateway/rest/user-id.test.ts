import { assert, property, stringMatching } from 'fast-check'
import { expect, test } from 'vitest'
import { idPattern, isUserID } from '../../../../src/plugins/im-ws-gateway/rest/user-id.ts'

const ids = stringMatching(new RegExp(idPattern.replace(/^\^\(\?!.*\$\)/, '^'))).filter(isUserID)

test('ids that people use are taken', () => {
  for (const id of [
    'u1',
    '42',
    'ann',
    'Ann_Lee',
    'System',
    'system1',
    'a.b',
    'ann@example.com',
    'dept:7',
    'x-y',
    '_',
    'a'.repeat(64)
  ])
    expect([id, isUserID(id)]).toEqual([id, true])
})

test('ids that would be mangled on their way are not', () => {
  const bad = ['', ' ', 'a b', 'a+b', 'a&b', 'a#b', 'a%20', 'a/b', 'a?b', 'a=b', 'a\\b', 'a"b', "a'b", 'a\0']
  const foreign = ['安', 'é', 'a\n', 'x'.repeat(65), '.', '..', '-1', '@a', ':a', 'AtAllTag', 'system']
  for (const id of [...bad, ...foreign]) expect([id, isUserID(id)]).toEqual([id, false])
})

test('an id in a query string or a path without encoding comes out as it went in', () => {
  assert(
    property(ids, id => {
      const url = new URL(`ws://host/?sendID=${id}&token=t&platformID=5`)
      expect([url.searchParams.get('sendID'), url.searchParams.get('token')]).toEqual([id, 't'])
      expect(new URL(`http://host/v1/im/users/${id}`).pathname).toBe(`/v1/im/users/${id}`)
    })
  )
})
