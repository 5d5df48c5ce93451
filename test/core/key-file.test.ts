import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKeyFile, readKeyFile } from '../../src/core/key-file.ts'
import { temporaryDirectory } from '../plugins/database/temporary-directory.ts'

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

const remedy = 'set something else'

test('a key is made in a directory made for it, for its owner alone, and stays', async () => {
  const file = directory.path('new', 'directory', 'key')
  expect(await readKeyFile(file, remedy)).toBeUndefined()
  const key = await makeKeyFile(file, remedy)
  expect(key).toHaveLength(32)
  expect(readFileSync(file, 'utf8')).toBe(`${key.toString('hex')}\n`)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await readKeyFile(file, remedy)).toEqual(key)
  expect(readdirSync(directory.path('new', 'directory'))).toEqual(['key'])
})

test('processes that start at once agree on one key', async () => {
  const file = directory.path('raced')
  const keys = await Promise.all(Array.from({ length: 8 }, () => makeKeyFile(file, remedy)))
  expect(new Set(keys.map(key => key.toString('hex'))).size).toBe(1)
})

test.each([
  ['is empty', ''],
  ['is cut off', 'f'.repeat(62)],
  ['is no hex', 'z'.repeat(64)]
])('a file that %s is refused and left as it is', async (_, content) => {
  const file = directory.path('damaged')
  writeFileSync(file, content)
  await expect(readKeyFile(file, remedy)).rejects.toThrow(`${file} is no key of 32 bytes in hex`)
  await expect(makeKeyFile(file, remedy)).rejects.toThrow(`${file} is no key of 32 bytes in hex`)
  expect(readFileSync(file, 'utf8')).toBe(content)
})

test('a place where no file can be is named as it is on the disk, with what helps', async () => {
  mkdirSync(directory.path('taken'))
  const under = directory.path('a-file')
  writeFileSync(under, '')
  const problems = [
    [directory.path('taken'), 'cannot be read (EISDIR)'],
    [`${under}/key`, 'cannot be read (ENOTDIR)'],
    ['/proc/nowhere/key', 'cannot be kept in /proc/nowhere/key (ENOENT)']
  ] as const
  for (const [file, problem] of problems) {
    const path = relative(process.cwd(), file)
    const used = readKeyFile(path, remedy).then(key => key ?? makeKeyFile(path, remedy))
    await expect(used).rejects.toThrow(file)
    await expect(used).rejects.toThrow(`${problem}: ${remedy}`)
  }
})
