import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSecret } from '../../../src/plugins/sessions/secret.ts'
import { identityOf, serverKeys, usernameIndexOf } from '../../../src/plugins/sessions/server-keys.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

test('a secret in the settings is taken as it is, and no file is looked at', async () => {
  const secret = 'x'.repeat(32)
  expect(await openSecret({ secret, keyFile: '/proc/nowhere/secret' })).toEqual(Buffer.from(secret))
})

test('without one it is made once, in a file that only its owner reads, in a directory that is made too', async () => {
  const keyFile = directory.path('deep', 'down', 'secret')
  const all = await Promise.all([1, 2, 3].map(() => openSecret({ keyFile })))
  const [secret] = all
  expect(secret).toHaveLength(32)
  for (const one of all) expect(one).toEqual(secret)
  expect(await openSecret({ keyFile })).toEqual(secret)
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  expect(readFileSync(keyFile, 'utf8')).toBe(`${secret?.toString('hex')}\n`)
})

test.each(['', 'abc', 'f'.repeat(62), 'g'.repeat(64)])(
  'a file that holds %j is no secret, and is left alone',
  async text => {
    const keyFile = directory.path('broken')
    writeFileSync(keyFile, text)
    await expect(openSecret({ keyFile })).rejects.toThrow(`${keyFile} holds no 32 bytes`)
    expect(readFileSync(keyFile, 'utf8')).toBe(text)
  }
)

test('where it can be neither read nor made, the settings that help are named', async () => {
  await expect(openSecret({ keyFile: '/proc/nowhere/secret' })).rejects.toThrow('set secret of sessions')
  await expect(openSecret({ keyFile: directory.path() })).rejects.toThrow('EISDIR')
})

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
