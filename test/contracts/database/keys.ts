import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { forgetKey, keyInUse, openKey, type KeyPlace } from '../../../src/plugins/database/service.ts'
import type { Current } from '../database.ts'

/** What is remembered of the keys that rows depend on. */
export function keyTests(current: Current): void {
  describe('the key of a plugin', () => {
    let folder: string
    beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'paifang-keys-'))))
    afterEach(() => rmSync(folder, { recursive: true }))

    const warned: unknown[] = []
    beforeEach(() => void warned.splice(0))
    const log = { warn: (...said: unknown[]) => void warned.push(said) } as never
    const placeOf = (file: string, secret?: string): KeyPlace => ({
      plugin: 'demo',
      setting: 'secret',
      secret,
      keyFile: join(folder, file)
    })
    const open = (place: KeyPlace): Promise<Buffer> => openKey(current.database(), place, log, true)

    it('is made once, which the log says, and is the same for all that have its file', async () => {
      const keys = await Promise.all(Array.from({ length: 20 }, () => open(placeOf('key'))))
      const restarted = await openKey(await current.restart(), placeOf('key'), log, true)
      expect(new Set([...keys, restarted].map(key => key.toString('hex'))).size).toBe(1)
      expect(JSON.stringify(warned)).toContain(placeOf('key').keyFile)
      expect(JSON.stringify(warned)).not.toContain(keys[0]?.toString('hex'))
      const told = warned.length
      await open(placeOf('key'))
      expect(warned).toHaveLength(told)
    })

    it('is refused when it is another than before, whoever has it and wherever it is', async () => {
      writeFileSync(join(folder, 'of-one'), '01'.repeat(32))
      writeFileSync(join(folder, 'of-another'), '02'.repeat(32))
      const [here, there] = await Promise.allSettled([open(placeOf('of-one')), open(placeOf('of-another'))])
      expect([here?.status, there?.status].toSorted()).toEqual(['fulfilled', 'rejected'])
      const wrong = here?.status === 'rejected' ? 'of-one' : 'of-another'
      const refusal = `plugins.demo.keyFile: ${join(folder, wrong)} holds another key than the rows`
      await expect(open(placeOf(wrong))).rejects.toThrow(refusal)
      await expect(open(placeOf(wrong))).rejects.toThrow('paifang forget-key demo')
      const secret = 'a secret that has not been used before'
      await expect(open(placeOf('any', secret))).rejects.toThrow('plugins.demo.secret is another key')
      await expect(keyInUse(current.database(), placeOf('any', secret))).rejects.toThrow('another key')
      await expect(
        openKey(current.database(), { ...placeOf('x'), plugin: 'other' }, log, true)
      ).resolves.toHaveLength(32)
    })

    it('may move from its file into the setting, and is not made anew when its file is gone', async () => {
      const bytes = 'just 32 bytes, in hex in a file.'
      writeFileSync(join(folder, 'key'), `${Buffer.from(bytes).toString('hex')}\n`)
      await open(placeOf('key'))
      expect((await open(placeOf('no-file', bytes))).toString()).toBe(bytes)
      expect((await keyInUse(current.database(), placeOf('key'))).toString()).toBe(bytes)
      const gone = `${join(folder, 'gone')} does not exist, and rows in the database depend on the key`
      await expect(open(placeOf('gone'))).rejects.toThrow(gone)
      await expect(keyInUse(current.database(), placeOf('gone'))).rejects.toThrow('does not exist')
      expect(existsSync(join(folder, 'gone'))).toBe(false)
      expect(warned).toEqual([])
    })

    it('may be another one outside of production, which the log says', async () => {
      const inDevelopment = (place: KeyPlace): Promise<Buffer> =>
        openKey(current.database(), place, log, false)
      await inDevelopment(placeOf('old'))
      warned.splice(0)
      const secret = 'a secret that has not been used before'
      expect((await inDevelopment(placeOf('old', secret))).toString()).toBe(secret)
      expect(JSON.stringify(warned)).toContain('plugins.demo.secret is another key')
      expect(await inDevelopment(placeOf('gone'))).toHaveLength(32)
      expect(JSON.stringify(warned)).toContain('does not exist')
      warned.splice(0)
      await inDevelopment(placeOf('gone'))
      expect(warned).toEqual([])
      await expect(open(placeOf('old'))).rejects.toThrow('another key')
    })

    it('may be another one once it was forgotten on purpose', async () => {
      await open(placeOf('old'))
      expect(await forgetKey(current.database(), 'demo')).toBe(true)
      expect(await forgetKey(current.database(), 'demo')).toBe(false)
      await open(placeOf('new'))
      await expect(open(placeOf('old'))).rejects.toThrow('another key')
      expect(readFileSync(join(folder, 'new'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
    })
  })
}
