import { expect, test } from 'vitest'
import { identityOf, serverKeys, usernameIndexOf } from '../../../src/plugins/sessions/server-keys.ts'

test('every key is another, and depends on the secret', () => {
  const [one, two] = [serverKeys(Buffer.alloc(32, 1)), serverKeys(Buffer.alloc(32, 2))]
  const all = [...Object.values(one), ...Object.values(two)].map(key => (key as Buffer).toString('hex'))
  expect(new Set(all).size).toBe(10)
})

test('an identity depends on the provider and the user name, and is not what rows are found by', () => {
  const keys = serverKeys(Buffer.alloc(32, 1))
  const all = [identityOf(keys, 'a', 'bc'), identityOf(keys, 'ab', 'c'), usernameIndexOf(keys, 'a', 'bc')]
  expect(new Set(all).size).toBe(3)
})
