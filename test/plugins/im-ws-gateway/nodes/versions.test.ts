import { expect, test } from 'vitest'
import { linkVersion } from '../../../../src/plugins/im-ws-gateway/nodes/items.ts'
import { startNodes, type Rig } from './rig.ts'

const leaseMs = 5_000
const said = ({ facts }: Rig, log: string): number => facts.logs.get(`im-ws-gateway:${log}`)?.seq ?? 0

test('a node of another version waits for the chat, and says so, until it runs the chat itself', async () => {
  await using rig = await startNodes({ requestTimeoutMs: 600_000, hostLeaseMs: leaseMs })
  const first = await rig.node()
  const ann = await first.person('ann')
  await ann.say({ recvID: 'ann' }, 'of the old one')
  const newer = await rig.nodeOf(linkVersion + 1)
  const coming = newer.person('bob')
  let isThere = false
  void coming.then(() => (isThere = true))
  await rig.clock.advance(10 * leaseMs)
  expect(newer.chat.nodes()).toMatchObject({
    host: first.chat.nodes().self,
    isHost: false,
    isLinked: false,
    counters: { link_breaks_total: 0, link_batches_total: 0 }
  })
  expect([said(rig, 'to-host'), isThere]).toEqual([0, false])
  await expect(newer.chat.ping()).rejects.toThrow('a node of another release')
  expect(first.chat.nodes()).toMatchObject({ isHost: true, nodes: [first.chat.nodes().self] })
  await ann.say({ recvID: 'bob' }, 'to nobody yet').catch(() => undefined)

  await rig.during(first.chat.close())
  const bob = await rig.during(coming)
  expect(newer.chat.nodes()).toMatchObject({ isHost: true, isLinked: true })
  await newer.chat.ping()
  await bob.say({ recvID: 'ann' }, 'of the new one')
  const again = await newer.person('ann')
  expect(await again.history('si_ann_ann')).toEqual(['of the old one'])
})

test('when a node of another version has come to run the chat, the others let go, wait, and go on with one of their own', async () => {
  await using rig = await startNodes({ requestTimeoutMs: 600_000, hostLeaseMs: leaseMs })
  const [first, second] = [await rig.node(), await rig.node()]
  const ann = await second.person('ann')
  const batches = (): number => second.chat.nodes().counters['link_batches_total'] ?? 0
  const stranger = JSON.stringify({ term: 9, node: 'stranger', version: linkVersion + 1 })
  await second.state.log('im-ws-gateway:hosts').append(stranger, { maxEntries: 10 })
  await rig.until(() => !second.chat.nodes().isLinked)
  const before = batches()
  const saying = ann.say({ recvID: 'ann' }, 'meanwhile')
  expect(second.chat.nodes()).toMatchObject({ host: 'stranger', term: 9 })
  await rig.during(saying)
  expect(batches() - before).toBeLessThanOrEqual(10)
  const hosts = [first, second].filter(({ chat }) => chat.nodes().isHost)
  expect(hosts.map(({ chat }) => chat.nodes().term)).toEqual([10])
  expect(await ann.history('si_ann_ann')).toEqual(['meanwhile'])
})

test.each([
  ['another version', { version: linkVersion + 1 }],
  ['a release from before there were versions', {}]
])('a host says nothing to a node of %s, and does nothing of what it asks', async (_, version) => {
  await using rig = await startNodes({ hostLeaseMs: leaseMs })
  const first = await rig.node()
  const { self: host, term } = first.chat.nodes()
  const toHost = first.state.log('im-ws-gateway:to-host')
  const head = { term, host, node: 'stranger', session: 'theirs', inbox: 7 }
  const asked = '{"k":"office","id":1,"name":"registerUser","args":[{"userID":"eve","nickname":"E"}]}'
  const ask = (first_: object): Promise<unknown> =>
    toHost.append([JSON.stringify(first_), '{"k":"join"}', asked].join('\n'), { maxEntries: 10 })
  await ask({ ...head, ...version })
  await toHost.append('{"version":7,"of":"another kind"}\n{}', { maxEntries: 10 })
  await rig.clock.advance(leaseMs)
  expect([said(rig, 'node:7'), first.chat.nodes().nodes]).toEqual([0, [host]])
  expect(await rig.during(first.chat.backOffice.hasUser('eve'))).toBe(false)
  await ask({ ...head, version: linkVersion })
  await rig.until(() => said(rig, 'node:7') > 0)
  expect(first.chat.nodes().nodes).toEqual([host, 'stranger'])
  await rig.until(() => first.chat.backOffice.hasUser('eve'))
})
