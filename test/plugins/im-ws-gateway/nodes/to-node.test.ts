import { expect, test } from 'vitest'
import type { Conversation, Message } from '../../../../src/plugins/im-ws-gateway/model.ts'
import { takeBatch } from '../../../../src/plugins/im-ws-gateway/nodes/from-host.ts'
import type { Link } from '../../../../src/plugins/im-ws-gateway/nodes/link.ts'
import type { NodeCores } from '../../../../src/plugins/im-ws-gateway/nodes/node-cores.ts'
import { RemoteNode } from '../../../../src/plugins/im-ws-gateway/nodes/to-node.ts'
import type { CoreEvent, Snapshot } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import type { SharedLog } from '../../../../src/plugins/state/service.ts'
import { conversation as someConversation, text as someText } from '../wire/samples.ts'

const message: Message = { ...someText, clientMsgID: 'm1' }
const sampleConversation = (own: Partial<Conversation>): Conversation => ({ ...someConversation, ...own })
const event: CoreEvent = { kind: 'newMessages', messages: [message] }

function startWay({ append }: { append?: SharedLog['append'] } = {}) {
  const batches: string[] = []
  const failures: unknown[] = []
  const kept: SharedLog['append'] = async text => {
    batches.push(text)
    return { epoch: 'e', seq: batches.length }
  }
  let mark = 0
  const way = new RemoteNode({
    log: { append: append ?? kept } as SharedLog,
    term: 3,
    session: 's',
    mark: () => mark,
    traffic: { batches: 0, bytes: 0 },
    broken: error => void failures.push(error)
  })
  return { way, batches, failures, reach: (position: number) => void (mark = position) }
}

/** What a node is told by batches. */
function toldBy(batches: readonly string[], session = 's') {
  const told: { readonly cores: readonly number[]; readonly event: CoreEvent }[] = []
  const received: unknown[] = []
  const link = { session, term: 3, isBroken: false, receive: (item: unknown) => received.push(item) }
  const cores = {
    told: (numbers: readonly number[], one: CoreEvent) => void told.push({ cores: numbers, event: one })
  }
  const marks: number[] = []
  for (const batch of batches)
    takeBatch(batch, link as unknown as Link, cores as unknown as NodeCores, mark => {
      marks.push(mark)
      received.push(`told up to ${mark}`)
    })
  return { told, received, marks }
}

/** A conversation that changes until somebody looks. */
function changing(isTotal: boolean, take: () => CoreEvent): Snapshot {
  return { kind: 'snapshot', isTotal, take }
}

test('an event for many users is written once, with all of them, and comes as one', async () => {
  const { way, batches } = startWay()
  for (let core = 1; core <= 1_000; core++) way.tell(core, event)
  await way.idle()
  expect(batches).toHaveLength(1)
  expect(batches[0]?.length).toBeLessThan(JSON.stringify(message).length + 5_000)
  const { told } = toldBy(batches)
  expect(told).toEqual([{ cores: Array.from({ length: 1_000 }, (_, at) => at + 1), event }])
})

test('a message that is in many events and conversations is written once, and is one object again', async () => {
  const { way, batches } = startWay()
  const conversation = sampleConversation({ latestMsg: message })
  way.tell(1, event)
  way.tell(2, { kind: 'newConversations', conversations: [conversation] })
  await way.idle()
  expect(batches[0]?.match(/"clientMsgID":"m1"/g)).toHaveLength(1)
  const told = toldBy(batches).told.map(one => one.event)
  expect(told[1]).toEqual({ kind: 'newConversations', conversations: [conversation] })
  const kept = told.flatMap(one => (one.kind === 'newMessages' ? one.messages : []))
  const latest = told.flatMap(one => (one.kind === 'newConversations' ? one.conversations : []))
  expect(latest[0]?.latestMsg).toBe(kept[0])
})

test('how things stand is written behind all that was told, once, as it is then, and totals last', async () => {
  const { way, batches, reach } = startWay()
  let unread = 0
  const seat = (own: Partial<Conversation>) =>
    changing(false, () => ({
      kind: 'conversationsChanged',
      conversations: [sampleConversation({ latestMsg: message, ...own, unreadCount: unread })]
    }))
  const [mine, theirs] = [seat({}), seat({ isPinned: true, showName: 'Other' })]
  const total = changing(true, () => ({ kind: 'totalUnread', count: unread }))
  way.tell(1, total)
  way.tell(1, mine)
  way.tell(2, theirs)
  way.tell(1, mine)
  way.tell(1, event)
  unread = 7
  reach(9)
  await way.idle()
  const { told, marks } = toldBy(batches)
  expect(told.map(({ cores, event: { kind } }) => [cores, kind])).toEqual([
    [[1], 'newMessages'],
    [[1], 'conversationsChanged'],
    [[2], 'conversationsChanged'],
    [[1], 'totalUnread']
  ])
  expect(told[2]?.event).toEqual(theirs.take())
  expect(told[3]?.event).toEqual({ kind: 'totalUnread', count: 7 })
  expect(marks).toEqual([9])
  expect(batches[0]?.match(/"conversationID"/g)).toHaveLength(1)
})

test('what comes while a batch is on its way is in the next one, in order', async () => {
  const { way, batches } = startWay()
  way.send({ k: 'joined' })
  way.tell(1, event)
  way.send({ k: 'ok', id: 5, result: 'done' })
  await way.idle()
  way.send({ k: 'no', id: 6, code: 'busy', message: 'later' })
  await way.idle()
  expect(batches).toHaveLength(2)
  expect(toldBy(batches).received).toEqual([
    { k: 'joined' },
    { k: 'ok', id: 5, result: 'done' },
    'told up to 0',
    { k: 'no', id: 6, code: 'busy', message: 'later' },
    'told up to 0'
  ])
  expect(toldBy(batches, 'another').received).toEqual([])
})

test('a log that cannot be written to breaks the way, once', async () => {
  const { way, failures } = startWay({ append: () => Promise.reject(new Error('away')) })
  way.tell(1, event)
  await way.idle()
  way.tell(1, event)
  await way.idle()
  expect(failures).toEqual([new Error('away')])
})

test('a node that is told more than may wait for it has to join again', async () => {
  const { way, failures } = startWay({ append: () => new Promise(() => undefined) })
  const large = (): CoreEvent => ({ kind: 'customBusiness', key: 'k', data: 'x'.repeat(8 * 1_048_576) })
  for (let at = 0; at < 6; at++) way.tell(1, large())
  expect(failures).toHaveLength(1)
})

test('a batch that names a message which is not in it is refused', () => {
  const lines = ['{"term":3,"session":"s","mark":1}']
  const bad = [...lines, '{"k":"event","cores":[1],"event":{"kind":"newMessages","messages":[0]}}'].join('\n')
  expect(() => toldBy([bad])).toThrow(TypeError)
})

test('that a node has to join again comes behind all that the batch tells, and its mark', async () => {
  const { way, batches, reach } = startWay()
  way.send({ k: 'unknown' })
  way.tell(1, event)
  reach(4)
  await way.idle()
  expect(batches).toHaveLength(1)
  const { told, received } = toldBy(batches)
  expect(told).toEqual([{ cores: [1], event }])
  expect(received).toEqual(['told up to 4', { k: 'unknown' }])
})
