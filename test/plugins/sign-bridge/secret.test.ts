import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyedDigest, openSecret } from '../../../src/plugins/sign-bridge/secret.ts'
import { temporaryDirectory } from '../database/temporary-directory.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

test('digests tell keys, purposes and parts apart, and hold nothing of them', () => {
  const digest = keyedDigest('a key')
  expect(digest('pin', '88888888')).toMatch(/^[0-9a-f]{64}$/)
  expect(digest('pin', '88888888')).toBe(keyedDigest('a key')('pin', '88888888'))
  const others = [
    keyedDigest('another key')('pin', '88888888'),
    digest('body', '88888888'),
    digest('pin', '8888', '8888'),
    digest('pin', '8888888', '8')
  ]
  expect(new Set([digest('pin', '88888888'), ...others]).size).toBe(5)
})

test('the key is made on first use, in a directory made for it, for its owner alone, and stays', async () => {
  const file = directory.path('new', 'directory', 'key')
  const digest = await openSecret({ keyFile: file })
  expect(readFileSync(file, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect((await openSecret({ keyFile: file }))('pin', '1')).toBe(digest('pin', '1'))
  expect(readdirSync(directory.path('new', 'directory'))).toEqual(['key'])
})

test('processes that start at once agree on one key', async () => {
  const keyFile = directory.path('raced')
  const digests = await Promise.all(Array.from({ length: 8 }, () => openSecret({ keyFile })))
  expect(new Set(digests.map(digest => digest('pin', '1'))).size).toBe(1)
})

test('a key that is given is used, and no file is made', async () => {
  const keyFile = directory.path('unused')
  const digest = await openSecret({ guardSecret: 'a key', keyFile })
  expect(digest('pin', '1')).toBe(keyedDigest('a key')('pin', '1'))
  expect(readdirSync(directory.path())).not.toContain('unused')
})

test.each([
  ['is empty', ''],
  ['is cut off', 'abcd'],
  ['is no hex', 'z'.repeat(64)]
])('a file that %s is refused and left as it is', async (_, content) => {
  const keyFile = directory.path('damaged')
  writeFileSync(keyFile, content)
  await expect(openSecret({ keyFile })).rejects.toThrow(`${keyFile} is no key of 32 bytes in hex`)
  expect(readFileSync(keyFile, 'utf8')).toBe(content)
})

test('a place where no file can be is named as it is on the disk, with the settings that help', async () => {
  mkdirSync(directory.path('taken'))
  const under = directory.path('a-file')
  writeFileSync(under, '')
  const remedy = 'set guardSecret of sign-bridge, or its keyFile to a file that can be written'
  const problems = [
    [directory.path('taken'), 'cannot be read (EISDIR)'],
    [`${under}/key`, 'cannot be read (ENOTDIR)'],
    ['/proc/nowhere/key', 'cannot be kept in /proc/nowhere/key (ENOENT)']
  ] as const
  for (const [file, problem] of problems) {
    const keyFile = relative(process.cwd(), file)
    const error = openSecret({ keyFile })
    await expect(error).rejects.toThrow(file)
    await expect(error).rejects.toThrow(`${problem}: ${remedy}`)
  }
})
