import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type * as Files from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { makeKeyFile } from '../../src/core/key-file.ts'
import { temporaryDirectory } from '../plugins/database/temporary-directory.ts'

/** What the file system does. */
const system = vi.hoisted(() => ({
  calls: [] as string[],
  open: 0,
  failures: new Map<string, string>()
}))

vi.mock('node:fs/promises', async importOriginal => {
  const fs = await importOriginal<typeof Files>()
  const step = (what: string, path: string): void => {
    system.calls.push(`${what} ${path}`)
    const code = system.failures.get(what)
    if (code) throw Object.assign(new Error(code), { code })
  }
  const followed = (handle: Files.FileHandle, path: string): Files.FileHandle => {
    system.open++
    const real = {
      writeFile: handle.writeFile.bind(handle),
      sync: handle.sync.bind(handle),
      close: handle.close.bind(handle)
    }
    return Object.assign(handle, {
      async writeFile(text: string) {
        step('write', path)
        return real.writeFile(text)
      },
      async sync() {
        step('sync', path)
        return real.sync()
      },
      async close() {
        system.open--
        return real.close()
      }
    })
  }
  return {
    ...fs,
    open: async (path: string, ...others: [string, number?]) =>
      followed(await fs.open(path, ...others), path),
    async link(from: string, to: string) {
      step('link', to)
      return fs.link(from, to)
    }
  }
})

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)
beforeEach(() => {
  system.calls = []
  system.failures.clear()
})

const remedy = 'set something else'

test('a key is given out when its entry in the directory is on the disk too', async () => {
  const file = directory.path('synced', 'key')
  await makeKeyFile(file, remedy)
  expect(system.calls.slice(-2)).toEqual([`link ${file}`, `sync ${dirname(file)}`])
  // So it is to a process that finds it made by another one, which may not have come so far.
  await makeKeyFile(file, remedy)
  expect(system.calls.slice(-2)).toEqual([`link ${file}`, `sync ${dirname(file)}`])
  expect(system.open).toBe(0)
})

test.each(['EPERM', 'ENOTSUP', 'ENOSYS'])('a key is kept where links are refused with %s', async code => {
  system.failures.set('link', code)
  const file = directory.path(code, 'key')
  const key = await makeKeyFile(file, remedy)
  expect(await makeKeyFile(file, remedy)).toEqual(key)
  expect(readdirSync(dirname(file))).toEqual(['key'])
})

test('what is there already stays where links are refused', async () => {
  system.failures.set('link', 'EPERM')
  const file = directory.path('there')
  writeFileSync(file, 'x')
  await expect(makeKeyFile(file, remedy)).rejects.toThrow('is no key of 32 bytes in hex')
  expect(readFileSync(file, 'utf8')).toBe('x')
})

test.each(['write', 'sync'])('a key is refused and leaves nothing open when the %s fails', async what => {
  system.failures.set(what, 'ENOSPC')
  const file = directory.path(`failed-${what}`, 'key')
  await expect(makeKeyFile(file, remedy)).rejects.toThrow(`cannot be kept in ${file} (ENOSPC)`)
  expect(system.open).toBe(0)
  expect(readdirSync(dirname(file))).toEqual([])
})
