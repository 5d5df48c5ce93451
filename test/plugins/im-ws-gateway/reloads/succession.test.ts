import { expect, test } from 'vitest'
import type { Database } from '../../../../src/plugins/database/service.ts'
import type { OpenedCores } from '../../../../src/plugins/im-ws-gateway/nodes/open-cores.ts'
import { Succession, type Successor } from '../../../../src/plugins/im-ws-gateway/reloads/succession.ts'
import { settingsWith } from '../chat/rig.ts'
import { FakeCores } from '../gateway/fake-cores.ts'

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const connection = (): Database => ({ driver: 'sqlite', ping: async () => undefined }) as unknown as Database
const log = { warn() {}, error() {} } as never

/** Chats in databases, and how many of them are open at once. */
function chats() {
  const opened: FakeCores[] = []
  let closing: Promise<void> | undefined
  const open = async (): Promise<OpenedCores> => {
    const cores = new FakeCores()
    opened.push(cores)
    const close = async (): Promise<void> => {
      await closing
      cores.isClosed = true
    }
    return Object.assign(cores, { backOffice: {}, close }) as unknown as OpenedCores
  }
  return {
    open,
    opened,
    /** Chats take until then to close from now on. */
    closeAfter: (time: Promise<void>) => void (closing = time),
    get running() {
      return opened.filter(({ isClosed }) => !isClosed).length
    }
  }
}
const by = (database: Database): Successor => ({ settings: settingsWith({}), database, log })

test('gateways that use the same connections use one chat, which ends with the last of them', async () => {
  const [succession, all, database] = [new Succession(), chats(), connection()]
  const first = await succession.alone(by(database), all.open)
  const second = await succession.alone(by(database), all.open)
  expect(all.opened.length).toBe(1)
  await first.close()
  await first.close()
  expect(all.running).toBe(1)
  await second.close()
  expect(all.running).toBe(0)
  await expect(second.open('ann', () => undefined)).rejects.toThrow('the gateway closes')
  await succession.alone(by(database), all.open)
  expect(all.running).toBe(1)
})

test('over other connections it begins when all before it have ended, whatever they use', async () => {
  const [succession, all] = [new Succession(), chats()]
  const first = await succession.alone(by(connection()), all.open)
  const second = await succession.alone(by(connection()), all.open)
  const third = await succession.alone(by(connection()), all.open)
  expect(all.running).toBe(1)
  await second.close()
  await settle()
  expect(all.running).toBe(1)
  const ann = third.open('ann', () => undefined)
  await first.close()
  await expect(ann).resolves.toMatchObject({ userID: 'ann' })
  expect([all.running, all.opened[0]?.isClosed]).toEqual([1, true])
})

test('one that cannot be opened refuses the gateway that wants it, and is in nobody’s way', async () => {
  const [succession, all] = [new Succession(), chats()]
  const first = await succession.alone(by(connection()), all.open)
  const database = connection()
  const failing = succession.alone(by(database), async () => Promise.reject(new Error('no')))
  await expect(failing).rejects.toThrow('no')
  const second = await succession.alone(by(database), all.open)
  await first.close()
  await settle()
  expect(all.running).toBe(1)
  await second.close()
})

test('after one that is just being closed, also one that others in between do not know of, the next begins', async () => {
  const [all, database] = [chats(), connection()]
  let isClosed = (): void => undefined
  all.closeAfter(new Promise(resolve => (isClosed = resolve)))
  const first = await new Succession().alone(by(database), all.open)
  const closing = first.close()
  const next = new Succession().alone(by(database), all.open)
  await settle()
  isClosed()
  await Promise.all([closing, next])
  await settle()
  expect(all.running).toBe(1)
})

test('nodes do not wait for each other, and wait for a chat that is alone', async () => {
  const [succession, all] = [new Succession(), chats()]
  const started: string[] = []
  const start = (name: string) => () => {
    started.push(name)
    return Object.assign(new FakeCores(), { backOffice: {} }) as unknown as OpenedCores
  }
  const one = succession.node(by(connection()), start('one'))
  const two = succession.node(by(connection()), start('two'))
  expect(started).toEqual(['one', 'two'])
  const alone = await succession.alone(by(connection()), all.open)
  expect(all.running).toBe(0)
  const three = succession.node(by(connection()), start('three'))
  await Promise.all([one.close(), two.close()])
  await settle()
  expect([all.running, started.length]).toEqual([1, 2])
  await alone.close()
  await settle()
  expect(started).toEqual(['one', 'two', 'three'])
  await three.close()
})
