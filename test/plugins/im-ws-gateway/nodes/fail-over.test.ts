import { expect, test } from 'vitest'
import { linkVersion } from '../../../../src/plugins/im-ws-gateway/nodes/items.ts'
import { startNodes, type Person, type Rig } from './rig.ts'

/** What everybody has said that is not a notice. */
const spoken = (texts: readonly string[]): string[] => texts.filter(text => !text.startsWith('#'))

test('a host that closes leaves the chat to another node, and nobody misses or hears anything twice', async () => {
  await using rig = await startNodes()
  const [first, second, third] = [await rig.node(), await rig.node(), await rig.node()]
  const [ann, bob] = [await second.person('ann'), await third.person('bob')]
  await ann.say({ recvID: 'bob' }, 'before')
  const before = rig.clock.monotonic()
  const saying = Promise.all(Array.from({ length: 20 }, (_, at) => ann.say({ recvID: 'bob' }, `${at}`)))
  await first.chat.handOver()
  await saying
  expect(rig.clock.monotonic() - before).toBeLessThan(1_000)
  expect(first.chat.nodes().isHost).toBe(false)
  expect([second, third].filter(({ chat }) => chat.nodes().isHost)).toHaveLength(1)
  await bob.say({ recvID: 'ann' }, 'after')
  const history = await bob.history('si_ann_bob')
  expect(history).toHaveLength(22)
  await rig.until(() => bob.texts().length >= 21 && ann.texts().length > 0)
  expect(bob.texts()).toEqual(history.filter(text => text !== 'after'))
  expect(ann.texts()).toEqual(['after'])
})

test('users of a host that hands over stay, and go on talking over the node that is the host now', async () => {
  await using rig = await startNodes()
  const [first, second] = [await rig.node(), await rig.node()]
  const [ann, bob] = [await first.person('ann'), await second.person('bob')]
  await ann.say({ recvID: 'bob' }, 'one')
  await first.chat.handOver()
  await ann.say({ recvID: 'bob' }, 'two')
  await bob.say({ recvID: 'ann' }, 'three')
  await rig.until(() => bob.texts().length === 2 && ann.texts().length === 1)
  expect(second.chat.nodes()).toMatchObject({ isHost: true, term: 2 })
  expect([ann.texts(), bob.texts()]).toEqual([['three'], ['one', 'two']])
})

test('the last node does not hand over', async () => {
  await using rig = await startNodes()
  const only = await rig.node()
  const ann = await only.person('ann')
  await only.chat.handOver()
  expect(only.chat.nodes().isHost).toBe(true)
  expect(await ann.call('getTotalUnread', {})).toBe(0)
})

test('when the host is killed, what was answered is there once, and what was not is asked again', async () => {
  await using rig = await startNodes({ requestTimeoutMs: 60_000 })
  const [first, second, third] = [await rig.node(), await rig.node(), await rig.node()]
  const [ann, bob] = [await second.person('ann'), await third.person('bob')]
  const answered: string[] = []
  const say = async (from: Person, recvID: string, text: string): Promise<void> => {
    await from.say({ recvID }, text)
    answered.push(text)
  }
  for (let at = 0; at < 5; at++) await say(ann, 'bob', `before ${at}`)
  const saying = Promise.all(
    ['a', 'b', 'c'].map(async name => {
      for (let at = 0; at < 10; at++) await say(ann, 'bob', `while ${name} ${at}`)
    })
  )
  await rig.until(() => answered.length > 12)
  first.kill()
  expect(answered.length).toBeLessThan(35)
  await rig.until(() => answered.length === 35)
  await saying
  expect([second, third].filter(({ chat }) => chat.nodes().isHost)).toHaveLength(1)
  const history = await bob.history('si_ann_bob')
  expect(history.toSorted()).toEqual(answered.toSorted())
  await rig.until(() => bob.texts().length >= 35)
  expect(bob.texts()).toEqual(history)
})

test('a change of which nobody knows whether it was made is answered with an error, not made twice', async () => {
  await using rig = await startNodes({ requestTimeoutMs: 60_000 })
  const [first, second] = [await rig.node(), await rig.node()]
  const ann = await second.person('ann')
  let outcome = ''
  const group = { groupInfo: { groupName: 'G' }, memberUserIDs: [] }
  const making = ann.call('createGroup', group).then(
    () => (outcome = 'made'),
    (error: { code: string }) => (outcome = error.code)
  )
  // It is on its way.
  await rig.until(
    () => rig.facts.logs.get('im-ws-gateway:to-host')?.messages.at(-1)?.includes('createGroup') ?? false
  )
  first.kill()
  await rig.until(() => outcome !== '')
  await making
  expect(outcome).toBe('timeout')
  expect(await ann.call('getSelf', {})).toMatchObject({ userID: 'ann' })
})

test('a node that stood still believes it is the host, and cannot write', async () => {
  await using rig = await startNodes({ requestTimeoutMs: 60_000 })
  const [first, second] = [await rig.node(), await rig.node()]
  const [ann, bob] = [await first.person('ann'), await second.person('bob')]
  await ann.say({ recvID: 'bob' }, 'one')
  await rig.until(() => bob.texts().length === 1)
  // Its lease goes, and with it what it hears. It has not looked at the clock yet.
  rig.facts.entries.delete('lock:im-ws-gateway:host')
  first.cutOff()
  await rig.until(() => second.chat.nodes().isHost)
  expect(first.chat.nodes()).toMatchObject({ isHost: true, term: 1 })
  const outcome = ann.say({ recvID: 'bob' }, 'two').then(
    () => 'kept',
    (error: Error) => error.message
  )
  await rig.until(() => !first.chat.nodes().isHost)
  await rig.clock.advance(63_000)
  expect(await outcome).not.toBe('kept')
  expect(await bob.history('si_ann_bob')).toEqual(['one'])
})

test('a node that dies takes its users offline, and they find what they missed elsewhere', async () => {
  await using rig = await startNodes()
  const [first, second] = [await rig.node(), await rig.node()]
  const ann = await first.person('ann')
  const bob = await second.person('bob')
  await ann.call('subscribeUsersStatus', { userIDList: ['bob'] })
  await ann.say({ recvID: 'bob' }, 'one')
  await rig.until(() => bob.texts().length === 1)
  second.kill()
  await ann.say({ recvID: 'bob' }, 'two')
  await rig.until(() => ann.events('userStatus').length > 0)
  expect(ann.events('userStatus').at(-1)?.status).toMatchObject({ userID: 'bob', status: 0 })
  await ann.say({ recvID: 'bob' }, 'three')
  const again = await first.person('bob')
  expect(spoken(again.texts()).slice(-2)).toEqual(['two', 'three'])
})

test('what the state forgets breaks links, and nothing else', async () => {
  await using rig = await startNodes({ requestTimeoutMs: 60_000 })
  const [first, second] = [await rig.node(), await rig.node()]
  const [ann, bob] = [await first.person('ann'), await second.person('bob')]
  await ann.say({ recvID: 'bob' }, 'one')
  await rig.until(() => bob.texts().length === 1)
  rig.facts.logs.clear()
  rig.facts.entries.delete('lock:im-ws-gateway:host')
  const texts = ['two', 'three', 'four']
  const saying = (async () => {
    for (const text of texts) await ann.say({ recvID: 'bob' }, text)
    await bob.say({ recvID: 'ann' }, 'five')
  })()
  await rig.until(() => ann.texts().length === 1)
  await saying
  await rig.until(() => bob.texts().length >= 4)
  expect(bob.texts()).toEqual(['one', ...texts])
  expect([first, second].filter(({ chat }) => chat.nodes().isHost)).toHaveLength(1)
})

test('a change that a host had not begun when it handed over is made by the next one', async () => {
  await using rig = await startNodes()
  const [first, second] = [await rig.node(), await rig.node()]
  const [ann, bob] = [await second.person('ann'), await first.person('bob')]
  const group = { groupInfo: { groupName: 'G' }, memberUserIDs: ['bob'] }
  const handing = first.chat.handOver()
  const groups = await Promise.all([1, 2, 3].map(() => ann.call('createGroup', group)))
  await handing
  expect(new Set(groups.map(({ groupID }) => groupID)).size).toBe(3)
  expect(await bob.call('getJoinedGroups', {})).toHaveLength(3)
  expect(bob.events('syncStarted')).toEqual([])
})

test('whoever may lack news of friends is told that all is new, and of everybody whom he watches', async () => {
  await using rig = await startNodes({ requestTimeoutMs: 60_000 })
  const [first, second, third] = [await rig.node(), await rig.node(), await rig.node()]
  const [ann, bob] = [await second.person('ann'), await first.person('bob')]
  const cat = await third.person('cat')
  await ann.call('subscribeUsersStatus', { userIDList: ['bob', 'cat'] })
  const status = (userID: string): number | undefined =>
    ann.events('userStatus').findLast(event => event.status.userID === userID)?.status.status
  expect([bob.userID, cat.userID].map(status)).toEqual([undefined, undefined])
  first.kill()
  await rig.until(() => ann.events('syncFinished').length > 0)
  const kinds = ann.heard.map(({ kind }) => kind)
  expect(kinds.indexOf('syncStarted')).toBeLessThan(kinds.indexOf('syncFinished'))
  await rig.until(() => status('bob') === 0)
  expect(status('cat')).toBe(1)
})

test('a connection that goes while there is no host is found by the next, with what it may not have got', async () => {
  await using rig = await startNodes({ requestTimeoutMs: 60_000 })
  const [first, second] = [await rig.node(), await rig.node()]
  const [ann, bob] = [await second.person('ann'), await second.person('bob')]
  await ann.say({ recvID: 'bob' }, 'one')
  await rig.until(() => bob.texts().length === 1)
  const mark = bob.core.mark?.() ?? 0
  await ann.say({ recvID: 'bob' }, 'two')
  await rig.until(() => bob.texts().length === 2)
  first.kill()
  await rig.until(() => !second.chat.nodes().isLinked || second.chat.nodes().isHost)
  bob.core.detach(bob.device, mark)
  await rig.until(() => second.chat.nodes().isHost)
  await rig.clock.advance(10_000)
  await ann.say({ recvID: 'bob' }, 'three')
  expect((await second.again(bob)).texts()).toEqual(['two', 'three'])
})

test('a host whose clock is behind sends nothing that seems older than what is there', async () => {
  await using rig = await startNodes()
  const [first, second] = [await rig.node(), await rig.node()]
  const ann = await second.person('ann')
  await first.chat.backOffice.registerUser({ userID: 'bob' })
  const before = await ann.say({ recvID: 'bob' }, 'one')
  rig.clock.jump(-20_000)
  await first.chat.handOver()
  const after = await ann.say({ recvID: 'bob' }, 'two')
  expect(after.sendTime).toBe(before.sendTime)
  rig.clock.jump(40_000)
  expect((await ann.say({ recvID: 'bob' }, 'three')).sendTime).toBeGreaterThan(after.sendTime)
})

test('while another node takes over from one that was killed, the others stay ready for all else that they do', async () => {
  await using rig = await startNodes()
  const [first, second] = [await rig.node(), await rig.node()]
  await rig.until(() => second.chat.nodes().isLinked)
  expect(first.chat.nodes().isHost).toBe(true)
  first.kill()
  let wasUnlinked = false
  await rig.until(async () => {
    await second.chat.ping()
    wasUnlinked ||= !second.chat.nodes().isLinked
    return second.chat.nodes().isHost && second.chat.nodes().isLinked
  })
  expect(wasUnlinked).toBe(true)
})

test('what was asked of the old host while this node was becoming the new one is asked again', async () => {
  await using rig = await startNodes({ requestTimeoutMs: 600_000 })
  const first = await rig.node()
  let go = (): void => undefined
  let isOpening = false
  const second = await rig.node(() => {
    isOpening = true
    return new Promise(resolve => (go = resolve))
  })
  const [ann, bob] = [await second.person('ann'), await first.person('bob')]
  // The other node asks for the lease right after the host has extended it.
  const beats = (): number => rig.facts.logs.get('im-ws-gateway:hosts')?.seq ?? 0
  const before = beats()
  await rig.until(() => beats() > before)
  rig.facts.entries.delete('lock:im-ws-gateway:host')
  await rig.until(() => isOpening)
  expect(first.chat.nodes().isHost).toBe(true)
  expect(second.chat.nodes()).toMatchObject({ isHost: false, isLinked: false })
  // The old host is heard of once more before it knows.
  await second.state
    .log('im-ws-gateway:hosts')
    .append(JSON.stringify({ term: 1, node: first.chat.nodes().self, version: linkVersion }), {
      maxEntries: 10
    })
  await rig.until(() => second.chat.nodes().isLinked)
  first.cutOff()
  const saying = ann.say({ recvID: 'bob' }, 'hi')
  await rig.clock.advance(10)
  go()
  let isSaid = false
  void saying.then(() => (isSaid = true))
  await rig.until(() => isSaid)
  expect(second.chat.nodes()).toMatchObject({ isHost: true, term: 2 })
  expect(await ann.history('si_ann_bob')).toEqual(['hi'])
  expect(bob.texts()).toEqual([])
})

test('a node that is elected anew while it opens the chat runs it once, and the first opening is over', async () => {
  await using rig = await startNodes()
  const first = await rig.node()
  const goings: (() => void)[] = []
  let closed = 0
  const second = await rig.node(
    () => new Promise(resolve => goings.push(resolve)),
    async () => void closed++
  )
  const lock = 'lock:im-ws-gateway:host'
  first.kill()
  await rig.until(() => goings.length === 1)
  rig.facts.entries.delete(lock)
  await rig.until(() => rig.facts.entries.get(lock) !== undefined)
  goings[0]?.()
  await rig.until(() => goings.length === 2)
  expect(second.chat.nodes().isHost).toBe(false)
  expect(closed).toBe(1)
  goings[1]?.()
  await rig.until(() => second.chat.nodes().isHost)
  expect(second.chat.nodes()).toMatchObject({ term: 3, isLinked: true, counters: { take_overs_total: 1 } })
})

test('a node that has ended to run the chat stays linked with the host that it has found meanwhile', async () => {
  await using rig = await startNodes()
  let go = (): void => undefined
  const first = await rig.node(undefined, () => new Promise(resolve => (go = resolve)))
  const second = await rig.node()
  rig.facts.entries.delete('lock:im-ws-gateway:host')
  await rig.until(() => second.chat.nodes().isHost && first.chat.nodes().host === second.chat.nodes().self)
  await rig.until(() => first.chat.nodes().isLinked)
  const { link_breaks_total: breaks } = first.chat.nodes().counters
  go()
  await rig.clock.advance(100)
  expect(first.chat.nodes()).toMatchObject({ isLinked: true, counters: { link_breaks_total: breaks } })
})

test('what a host does not understand it refuses, and does what else a node has said', async () => {
  await using rig = await startNodes()
  const [, second] = [await rig.node(), await rig.node()]
  const bob = await second.person('bob')
  const textOf = (message = ''): string => message.replace(/^(\S+ ){4}/, '')
  const toHost = 'im-ws-gateway:to-host'
  const [head = ''] = textOf(rig.facts.logs.get(toHost)?.messages.at(-1)).split('\n')
  const { inbox } = JSON.parse(head) as { inbox: number }
  const lines = [
    head,
    '{"k":"news of a later version","id":901}',
    '{"k":"office","id":902,"name":"user","args":["bob"]}',
    '{"k":"news of a later version"}'
  ]
  const breaks = (): number => second.chat.nodes().counters['link_breaks_total'] ?? 0
  const before = breaks()
  await second.state.log(toHost).append(lines.join('\n'), { maxEntries: 100 })
  const answers = (): string =>
    rig.facts.logs.get(`im-ws-gateway:node:${inbox}`)?.messages.map(textOf).join('\n') ?? ''
  await rig.until(() => answers().includes('"id":902'))
  expect(answers()).toMatch(/\{"k":"no","id":901,"code":"notSupported",.*\}/)
  expect(answers()).toMatch(/\{"k":"ok","id":902,.*"userID":"bob"/)
  // What it has not understood may have been something that it has to know.
  await rig.until(() => breaks() > before)
  await rig.until(() => second.chat.nodes().isLinked)
  expect(await bob.call('getTotalUnread', {})).toBe(0)
})

/** Puts the row back that terms are drawn from, as a database has it that has lost its last writes. */
async function putBack({ database }: Rig, term: number): Promise<void> {
  const db = await database.open<{ im_nodes_terms: { namespace: string; term: number } }>('aside', {})
  await db.updateTable('im_nodes_terms').set({ term }).where('namespace', '=', '').execute()
}

test('where the database has lost that a term was drawn, only one of two hosts of it writes; the other stands again', async () => {
  await using rig = await startNodes({ requestTimeoutMs: 60_000 })
  const first = await rig.node()
  const ann = await first.person('ann')
  await ann.say({ recvID: 'ann' }, 'one')
  // It believes that it runs the chat, and nobody who comes now has heard of its term.
  first.cutOff()
  rig.facts.entries.delete('lock:im-ws-gateway:host')
  rig.facts.logs.clear()
  await putBack(rig, 0)
  let openings = 0
  const second = await rig.node(async () => void openings++)
  expect(first.chat.nodes()).toMatchObject({ isHost: true, term: 1 })
  expect(second.chat.nodes()).toMatchObject({ isHost: true, term: 2, counters: { take_overs_total: 1 } })
  expect(openings).toBe(2)
  const outcome = ann.say({ recvID: 'ann' }, 'two').then(
    () => 'kept',
    () => 'not kept'
  )
  await rig.until(() => !first.chat.nodes().isHost)
  await rig.clock.advance(63_000)
  expect(await outcome).toBe('not kept')
})

test('two hosts of one term that hear of each other stand again, and one with a term of its own runs the chat', async () => {
  await using rig = await startNodes({ requestTimeoutMs: 60_000 })
  const [first, second] = [await rig.node(), await rig.node()]
  const ann = await second.person('ann')
  const hosts = second.state.log('im-ws-gateway:hosts')
  await hosts.append(JSON.stringify({ term: 1, node: 'another', version: linkVersion }), { maxEntries: 10 })
  await rig.until(() => [first, second].some(({ chat }) => chat.nodes().isHost && chat.nodes().term === 2))
  await ann.say({ recvID: 'ann' }, 'one')
  expect(await ann.history('si_ann_ann')).toEqual(['one'])
})
