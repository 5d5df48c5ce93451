import { rename } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createGateway, definePlugin } from '../../../src/core/index.ts'
import { ReloadableGateway } from '../../../src/operations/reload.ts'
import database from '../../../src/plugins/database/index.ts'
import { KeptDatabase } from '../../../src/plugins/database/kept-database.ts'
import { Database } from '../../../src/plugins/database/service.ts'
import { temporaryDirectory } from './temporary-directory.ts'

class Fake {
  isOpen = true
  isBroken = false
  async ping(): Promise<void> {
    if (this.isBroken) throw new Error('broken')
  }
  async close(): Promise<void> {
    this.isOpen = false
  }
}
const fake = async (): Promise<Fake> => new Fake()

test('it is opened once, and closed when the last who uses it has released it', async () => {
  const kept = new KeptDatabase<Fake>()
  const first = await kept.take(fake)
  expect(await kept.take(fake)).toBe(first)
  await kept.release(first)
  expect(first.isOpen).toBe(true)
  await kept.release(first)
  expect(first.isOpen).toBe(false)
  const next = await kept.take(fake)
  expect([next === first, next.isOpen]).toEqual([false, true])
})

test('one that does not answer is left to those who use it, and another one opened', async () => {
  const kept = new KeptDatabase<Fake>()
  const first = await kept.take(fake)
  first.isBroken = true
  const second = await kept.take(fake)
  expect([second === first, first.isOpen]).toEqual([false, true])
  expect(await kept.take(fake)).toBe(second)
  await kept.release(first)
  expect([first.isOpen, second.isOpen]).toEqual([false, true])
  await expect(kept.take(async () => Promise.reject(new Error('no')))).resolves.toBe(second)
})

test('what cannot be opened counts as nothing', async () => {
  const kept = new KeptDatabase<Fake>()
  await expect(kept.take(async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  const opened = await kept.take(fake)
  await kept.release(opened)
  expect(opened.isOpen).toBe(false)
})

const directory = temporaryDirectory()
beforeAll(directory.make)
afterAll(directory.remove)

let running: ReloadableGateway | undefined
afterEach(async () => {
  await running?.close()
  running = undefined
})

test('a reload goes on with the open file, unless that was replaced or has other settings', async () => {
  const settings = { file: directory.path('rows.db'), busyTimeoutMs: 5_000 }
  const seen: Database[] = []
  const user = definePlugin({
    name: 'user',
    description: '',
    needs: { database: Database },
    setup: (_, context) => void seen.push(context.database)
  })
  const broken = definePlugin({
    name: 'broken',
    description: '',
    setup() {
      throw new Error('it is broken')
    }
  })
  const plugins: Record<string, object> = { database: settings, user: { use: user } }
  const gateway = new ReloadableGateway(handed =>
    createGateway({
      builtins: [database],
      env: {},
      config: { server: { port: 0, logLevel: 'silent' }, plugins },
      ...handed
    })
  )
  running = gateway
  await gateway.start()
  plugins['broken'] = { use: broken }
  await expect(gateway.reload()).rejects.toThrow('it is broken')
  delete plugins['broken']
  await gateway.reload()
  const [first, refused, second] = seen
  expect([refused, second]).toEqual([first, first])
  await expect(second?.ping()).resolves.toBeUndefined()

  settings.busyTimeoutMs = 4_000
  await gateway.reload()
  expect(seen[3]).not.toBe(first)
  await rename(settings.file, `${settings.file}.old`)
  await gateway.reload()
  expect(seen[4]).not.toBe(seen[3])
  await expect(seen[4]?.ping()).resolves.toBeUndefined()
})
