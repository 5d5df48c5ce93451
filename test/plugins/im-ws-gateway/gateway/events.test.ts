import { describe, expect, test } from 'vitest'
import { kickFarewell } from '../../../../src/plugins/im-ws-gateway/gateway/endings.ts'
import { EventFrames } from '../../../../src/plugins/im-ws-gateway/gateway/event-frames.ts'
import type { CoreEvent, Snapshot } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import type { Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import { groupConversation } from '../wire/samples.ts'
import type { Client } from './client.ts'
import { textMessage } from './message.ts'
import { startRig } from './rig.ts'

const dialects: readonly Dialect[] = ['2.0', '2.3', '3']
const unread = (count: number): CoreEvent => ({ kind: 'totalUnread', count })

/** A total that tests count up. */
class Total implements Snapshot {
  readonly kind = 'snapshot'
  readonly isTotal = true
  count = 0

  take(): CoreEvent {
    return unread(this.count)
  }
}

/** What a client heard after it had logged in: the data of events, the names of answers. */
const heard = ({ frames }: Client): string[] =>
  frames.slice(5).map(({ event, data }) => (event === 'OnTotalUnreadMessageCountChanged' ? data : event))

test('an event reaches all connections of a user, each in the names of its generation', async () => {
  await using rig = await startRig({ config: { policy: 'share' } })
  const clients = await Promise.all(dialects.map(dialect => rig.start({ dialect })))
  const other = await rig.start({ userID: 'u2' })
  rig.cores.of('u1').deliver({ kind: 'newMessages', messages: [textMessage('a'), textMessage('b')] })
  await clients[0]?.until(() => clients[0]?.frames.length === 7)
  await Promise.all(clients.slice(1).map(client => client.event('OnRecvNewMessages')))
  expect(clients.map(heard)).toEqual([
    ['OnRecvNewMessage', 'OnRecvNewMessage'],
    ['OnRecvNewMessages'],
    ['OnRecvNewMessages']
  ])
  await other.request('GetLoginStatus')
  expect(heard(other)).toEqual(['GetLoginStatus'])
})

test('an event that an operation causes comes after its answer, and so does whatever comes meanwhile', async () => {
  await using rig = await startRig()
  rig.cores.behaviours.set('setGlobalRecvMessageOpt', async (_, device, core) => {
    core.deliver(unread(1))
    core.deliver(unread(2), { cause: device })
    core.deliver(unread(3))
    await new Promise(resolve => setImmediate(resolve))
    core.deliver(unread(4))
  })
  const client = await rig.start()
  await client.request('SetGlobalRecvMessageOpt', [1])
  rig.cores.of('u1').deliver(unread(5))
  await client.until(() => heard(client).length === 6)
  expect(heard(client)).toEqual(['1', 'SetGlobalRecvMessageOpt', '2', '3', '4', '5'])
})

test('also where the operation fails, or its time is up', async () => {
  await using rig = await startRig()
  rig.cores.behaviours.set('setGlobalRecvMessageOpt', async (_, device, core) => {
    core.deliver(unread(1), { cause: device })
    throw new Error('late')
  })
  const client = await rig.start()
  await client.request('SetGlobalRecvMessageOpt', [1])
  await client.until(() => heard(client).length === 2)
  expect(heard(client)).toEqual(['SetGlobalRecvMessageOpt', '1'])
})

test('the status is answered at once, before what is held back', async () => {
  await using rig = await startRig()
  let end = (): void => undefined
  rig.cores.behaviours.set('setGlobalRecvMessageOpt', (_, device, core) => {
    core.deliver(unread(1), { cause: device })
    return new Promise<void>(resolve => (end = resolve))
  })
  const client = await rig.start()
  const asked = client.ask('SetGlobalRecvMessageOpt', [1])
  await rig.until(() => rig.count('requests_total') === 2)
  await client.request('GetLoginStatus')
  end()
  await client.answerTo(asked)
  await client.until(() => heard(client).length === 3)
  expect(heard(client)).toEqual(['GetLoginStatus', 'SetGlobalRecvMessageOpt', '1'])
})

test('the other connections do not wait for that answer', async () => {
  await using rig = await startRig({ config: { policy: 'share' } })
  let end = (): void => undefined
  rig.cores.behaviours.set('setGlobalRecvMessageOpt', (_, device, core) => {
    core.deliver(unread(1), { cause: device })
    return new Promise<void>(resolve => (end = resolve))
  })
  const [cause, other] = [await rig.start(), await rig.start({ platformID: 1 })]
  const asked = cause.ask('SetGlobalRecvMessageOpt', [1])
  await other.event('OnTotalUnreadMessageCountChanged')
  expect(heard(cause)).toEqual([])
  end()
  await cause.answerTo(asked)
})

test('a device that is not to hear of an event does not', async () => {
  await using rig = await startRig({ config: { policy: 'share' } })
  rig.cores.behaviours.set('setGlobalRecvMessageOpt', (_, device, core) =>
    core.deliver(unread(1), { except: device })
  )
  const [one, other] = [await rig.start(), await rig.start({ platformID: 1 })]
  await one.request('SetGlobalRecvMessageOpt', [1])
  await other.event('OnTotalUnreadMessageCountChanged')
  await one.request('GetLoginStatus')
  expect(heard(one)).toEqual(['SetGlobalRecvMessageOpt', 'GetLoginStatus'])
})

test('point 11: what a user sends from another device is told to a 2.3 client as of another web page', async () => {
  await using rig = await startRig({ config: { policy: 'share' } })
  const clients = await Promise.all(dialects.map(dialect => rig.start({ dialect })))
  const messages = [textMessage('mine', { sendID: 'u1', recvID: 'u2' })]
  rig.cores.of('u1').deliver({ kind: 'newMessages', messages, ownSend: true })
  await Promise.all(clients.map(client => client.until(() => client.frames.length === 6)))
  expect(clients.map(heard)).toEqual([
    ['OnRecvNewMessage'],
    ['OnRecvNewMessageFromOtherWeb'],
    ['OnRecvNewMessages']
  ])
})

test('events of 1,000 in one turn arrive in their order', async () => {
  await using rig = await startRig()
  const client = await rig.start()
  for (let count = 0; count < 1_000; count++) rig.cores.of('u1').deliver(unread(count))
  await client.until(() => heard(client).length === 1_000)
  expect(heard(client)).toEqual(Array.from({ length: 1_000 }, (_, count) => String(count)))
})

test('how something stands is told once, as it is then, after the messages of the same turn', async () => {
  await using rig = await startRig({ config: { policy: 'share' } })
  const clients = await Promise.all([rig.start(), rig.start({ platformID: 1, dialect: '2.0' })])
  const core = rig.cores.of('u1')
  const total = new Total()
  for (const name of ['a', 'b', 'c']) {
    total.count++
    core.deliver({ kind: 'newMessages', messages: [textMessage(name)] })
    core.deliver(total)
  }
  await Promise.all(clients.map(client => client.event('OnTotalUnreadMessageCountChanged')))
  core.deliver(unread(4))
  await Promise.all(clients.map(client => client.until(() => heard(client).length === 5)))
  expect(clients.map(heard)).toEqual([
    ['OnRecvNewMessages', 'OnRecvNewMessages', 'OnRecvNewMessages', '3', '4'],
    ['OnRecvNewMessage', 'OnRecvNewMessage', 'OnRecvNewMessage', '3', '4']
  ])
})

test('how something stands comes after the answer to the operation that has changed it, and before the next', async () => {
  await using rig = await startRig()
  const total = new Total()
  rig.cores.behaviours.set('setGlobalRecvMessageOpt', (_, device, core) => {
    core.deliver(total)
    total.count = 1
    core.deliver(total, { cause: device })
  })
  const client = await rig.start()
  const asked = [client.ask('SetGlobalRecvMessageOpt', [1]), client.ask('GetSelfUserInfo')]
  await Promise.all(asked.map(each => client.answerTo(each)))
  expect(heard(client)).toEqual(['SetGlobalRecvMessageOpt', '1', 'GetSelfUserInfo'])
})

test('who is sent away has been told how everything stands, and the core no longer asked', async () => {
  await using rig = await startRig()
  const client = await rig.start()
  const core = rig.cores.of('u1')
  const total = new Total()
  total.take = () => unread(core.devices.size)
  core.deliver(total)
  for (const connection of rig.gateway.connections) connection.end(kickFarewell)
  await client.closed
  expect(heard(client)).toEqual(['1', 'OnKickedOffline'])
})

test('what cannot say how it stands is passed over', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs })
  const client = await rig.start()
  const total = new Total()
  total.take = () => {
    throw new Error('it does not stand')
  }
  rig.cores.of('u1').deliver(total)
  rig.cores.of('u1').deliver(unread(2))
  await client.until(() => heard(client).length === 1)
  expect(heard(client)).toEqual(['2'])
  expect(logs.some(line => line.includes('it does not stand'))).toBe(true)
})

describe('the bytes of an event', () => {
  const client = (dialect: Dialect, batch = false, platformID = 5) => ({ dialect, batch, platformID })
  const event: CoreEvent = { kind: 'newMessages', messages: [textMessage('a')] }

  test('are made once for each kind of client, and shared by all users', () => {
    const frames = new EventFrames()
    const kinds = [client('2.0'), client('2.3'), client('2.3', true), client('3')]
    const bytes = kinds.map(kind => frames.of(event, kind, 'u1'))
    expect(kinds.map((kind, at) => frames.of(event, kind, 'u9') === bytes[at])).toEqual([
      true,
      true,
      true,
      true
    ])
    expect(new Set(bytes).size).toBe(4)
  })

  test('are those of the platform where it matters from which one the viewer has sent', () => {
    const frames = new EventFrames()
    const own: CoreEvent = { ...event, ownSend: true }
    const text = (platformID: number): string => String(frames.of(own, client('2.3', true, platformID), 'u1'))
    expect([1, 5, 1, 3].map(platformID => text(platformID).includes('FromOtherWeb'))).toEqual([
      false,
      true,
      false,
      false
    ])
  })

  test('are each viewer’s own where it matters who looks', () => {
    const frames = new EventFrames()
    const at: CoreEvent = {
      kind: 'newMessages',
      messages: [
        textMessage('hi', {
          contentType: 106,
          atTextElem: { text: 'hi @u1', atUserList: ['u1'] }
        })
      ]
    }
    const of = (viewer: string) => frames.of(at, client('3'), viewer)
    const first = of('u1')
    expect(of('u1')).toBe(first)
    expect(of('u2')).not.toEqual(first)
    expect(of('u1')).toEqual(first)
  })

  test('are none where a client has no name for it', () => {
    const status: CoreEvent = { kind: 'userStatus', status: { userID: 'u2', status: 1, platformIDs: [5] } }
    expect(new EventFrames().of(status, client('2.0'), 'u1')).toEqual([])
  })

  test('are the same for all who have so much unread, of whom there may be any number', () => {
    const frames = new EventFrames()
    const told = (count: number): string =>
      Buffer.concat(frames.of(unread(count), client('3'), 'u1'))
        .subarray(2)
        .toString()
    const once = frames.of(unread(7), client('3'), 'u1')
    expect(frames.of(unread(7), client('3'), 'u2')).toBe(once)
    for (let count = 0; count < 600; count++)
      expect(JSON.parse(told(count))).toMatchObject({ data: String(count) })
    expect(frames.of(unread(7), client('3'), 'u1')).toEqual(once)
  })

  test('of how a conversation stands are each viewer’s own, in one frame', () => {
    const frames = new EventFrames()
    const conversation = { ...groupConversation, latestMsg: textMessage('a') }
    const of = (unreadCount: number, viewer: string): unknown => {
      const changed: CoreEvent = {
        kind: 'conversationsChanged',
        conversations: [{ ...conversation, unreadCount }]
      }
      const pieces = frames.of(changed, client('3'), viewer)
      expect(frames.of(changed, client('3'), viewer)).toBe(pieces)
      const bytes = Buffer.concat(pieces)
      expect(bytes.readUInt16BE(2)).toBe(bytes.length - 4)
      const { data } = JSON.parse(bytes.subarray(4).toString()) as { data: string }
      return (JSON.parse(data) as { unreadCount: number }[]).map(each => each.unreadCount)
    }
    expect([of(1, 'u1'), of(2, 'u2'), of(70_000, 'u3')]).toEqual([[1], [2], [70_000]])
  })
})
