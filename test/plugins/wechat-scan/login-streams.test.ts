import type { FastifyReply, FastifyRequest } from 'fastify'
import { expect, test, vi } from 'vitest'
import { NewsDesk } from '../../../src/plugins/wechat-scan/login-news.ts'
import { Streams, type Waiting } from '../../../src/plugins/wechat-scan/login-streams.ts'
import { Tickets } from '../../../src/plugins/wechat-scan/login-tickets.ts'
import { WechatApiError } from '../../../src/plugins/wechat-scan/wechat-api-error.ts'
import type { HubEvent, SseHub } from '../../../src/plugins/sse-hub/service.ts'
import { interruptible } from '../state/interruptible.ts'
import { asker, FakeHub, loginNode, scanOf, ttlMs, type FakeStream, type NodeOptions } from './login-rig.ts'

const streamMs = 20_000

/** A gateway's logins and the pages that wait there. */
function node(options: NodeOptions = {}) {
  const base = loginNode(options)
  const hub = new FakeHub()
  const { clock, log } = base
  const tickets = new Tickets(base.state)
  const news = new NewsDesk({ ...base, tickets, streamMs })
  const streams = new Streams({
    ...base,
    hub: hub as unknown as SseHub,
    clock,
    log,
    streamMs,
    random: () => 0
  })
  const open = async (hash: string, more: Partial<Waiting> = {}): Promise<FakeStream> => {
    await streams.open({} as FastifyRequest, {} as FastifyReply, { hash, contract: news, ...more })
    const stream = hub.streams.at(-1)
    if (!stream) throw new Error('no stream was opened')
    return stream
  }
  return { ...base, hub, news, streams, tickets, open }
}

const names = ({ events }: FakeStream): (string | undefined)[] => events.map(({ event }) => event)

const textIn = (event: HubEvent | undefined, member: string): string =>
  (event?.data as Record<string, string> | undefined)?.[member] ?? ''
const codeIn = ({ events }: FakeStream): string => textIn(events[1], 'code')

/** Lets everything that was started come to its end. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) {
    // eslint-disable-next-line no-await-in-loop
    await new Promise(resolve => setImmediate(resolve))
  }
}

test('a stream begins with where the login stands', async () => {
  const { logins, open } = node()
  const { login } = await logins.begin(asker())
  const { events } = await open(login.hash)
  expect(events).toEqual([
    {
      event: 'ready',
      data: {
        id: `default.${login.handle.scene}`,
        url: login.scene.url,
        svg: `/v1/scan/qr.svg?id=default.${login.handle.scene}`,
        expiresAt: login.scene.expiresAt,
        expiresInMs: ttlMs,
        refreshesLeft: 3
      }
    }
  ])
})

test('a scan is told at once, with a code and without a name', async () => {
  const { logins, sink, codes, open } = node()
  const { login } = await logins.begin(asker())
  const stream = await open(login.hash)
  await sink.scanned(scanOf(login.handle.scene))
  await settle()
  expect(names(stream)).toEqual(['ready', 'confirmed'])
  expect(JSON.stringify(stream.events)).not.toContain('alice')
  const code = codeIn(stream)
  expect(await codes.redeem(code, login.hash)).toMatchObject({ openid: 'alice' })
})

test('of two browsers each hears of its own scan', async () => {
  const { logins, sink, codes, open } = node()
  const browsers = await Promise.all([logins.begin(asker()), logins.begin(asker())])
  const streams = [await open(browsers[0].login.hash), await open(browsers[1].login.hash)]
  await sink.scanned(scanOf(browsers[1].login.handle.scene, 'bob'))
  await sink.scanned(scanOf(browsers[0].login.handle.scene, 'alice'))
  await settle()
  const people = await Promise.all(streams.map(async stream => codes.redeem(codeIn(stream))))
  expect(people.map(({ openid }) => openid)).toEqual(['alice', 'bob'])
})

test('two tabs of one browser are both told, with a code each', async () => {
  const { logins, sink, open } = node()
  const { login } = await logins.begin(asker())
  const tabs = [await open(login.hash), await open(login.hash)]
  await sink.scanned(scanOf(login.handle.scene))
  await settle()
  const [one, two] = tabs.map(tab => codeIn(tab))
  expect(one).not.toBe(two)
  expect(tabs.map(names)).toEqual([
    ['ready', 'confirmed'],
    ['ready', 'confirmed']
  ])
})

test('a scan while nobody listens is told to whoever comes back', async () => {
  const { logins, sink, open } = node()
  const { login } = await logins.begin(asker())
  const first = await open(login.hash)
  first.leave()
  await settle()
  await sink.scanned(scanOf(login.handle.scene))
  expect(names(await open(login.hash))).toEqual(['confirmed'])
})

test('a scan while the greeting is on its way is not lost', async () => {
  const { logins, sink, open, news } = node()
  const { login } = await logins.begin(asker())
  vi.spyOn(news, 'say').mockImplementationOnce(async () => {
    await sink.scanned(scanOf(login.handle.scene))
    return { event: { event: 'ready', data: {} }, end: false }
  })
  const stream = await open(login.hash)
  await settle()
  expect(names(stream)).toEqual(['ready', 'confirmed'])
})

test('the callback may come to another node', async () => {
  const here = node()
  const there = node({ state: here.state, clock: here.clock })
  const { login } = await here.logins.begin(asker())
  const stream = await here.open(login.hash)
  await settle()
  await there.sink.scanned(scanOf(login.handle.scene))
  await settle()
  expect(names(stream)).toEqual(['ready', 'confirmed'])
  const code = codeIn(stream)
  expect(await there.codes.redeem(code)).toMatchObject({ openid: 'alice' })
  await expect(here.codes.redeem(code)).rejects.toMatchObject({ entry: { key: 'scan.bad_code' } })
})

test('a message that is lost between nodes costs seconds, not the login', async () => {
  const here = node()
  const there = node({ state: here.state, clock: here.clock })
  here.state.publish = async () => undefined
  const { login } = await here.logins.begin(asker())
  const stream = await here.open(login.hash)
  await there.sink.scanned(scanOf(login.handle.scene))
  await here.clock.advance(9_000)
  expect(names(stream)).toEqual(['ready'])
  await here.clock.advance(2_000)
  expect(names(stream)).toEqual(['ready', 'confirmed'])
})

test('and where it is known that messages may be lost, every page looks at once', async () => {
  const base = node()
  const { state, interrupt, restore } = interruptible(base.state)
  const here = node({ state, clock: base.clock })
  const { login } = await here.logins.begin(asker())
  const stream = await here.open(login.hash)
  await settle()
  interrupt()
  await base.sink.scanned(scanOf(login.handle.scene))
  await settle()
  expect(names(stream)).toEqual(['ready'])
  restore()
  await settle()
  expect(names(stream)).toEqual(['ready', 'confirmed'])
})

test('a browser may move to another node and finds its login there', async () => {
  const here = node()
  const there = node({ state: here.state, clock: here.clock })
  const { login } = await here.logins.begin(asker())
  await here.open(login.hash)
  const moved = await there.open(login.hash)
  expect(moved.events[0]?.data).toMatchObject({ url: login.scene.url })
})

test('a stream ends after its time and says so; the scene goes on', async () => {
  const { logins, clock, open } = node()
  const { login } = await logins.begin(asker())
  const stream = await open(login.hash)
  await clock.advance(streamMs - 1)
  expect(stream.ended).toBe(false)
  await clock.advance(1_000)
  expect(names(stream)).toEqual(['ready', 'timeout'])
  expect(stream.ended).toBe(true)
  const again = await open(login.hash)
  expect(again.events[0]?.data).toMatchObject({ url: login.scene.url })
})

test('an open stream gets new QR codes when the old one is over, then the end', async () => {
  const world = loginNode()
  const { logins, clock, open, news } = node({ ...world, maxRefreshes: 1 })
  const { login } = await logins.begin(asker())
  await clock.advance(ttlMs - 5_000)
  const stream = await open(login.hash)
  await clock.advance(6_000)
  expect(names(stream)).toEqual(['ready', 'ready'])
  expect(stream.events[1]?.data).toMatchObject({ refreshesLeft: 0 })
  await clock.advance(ttlMs - 10_000)
  const last = await open(login.hash)
  await clock.advance(10_000)
  expect(names(last)).toEqual(['ready', 'expired'])
  expect(last.events[1]?.data).toEqual({ refreshable: true })
  expect(last.ended).toBe(true)
  const after = await logins.look(login.hash)
  expect(after && news.isDone(after)).toBe(true)
})

test('a page that hears of the end only when it comes back hears it once', async () => {
  const { logins, clock, open, news } = node({ maxRefreshes: 0 })
  const { login } = await logins.begin(asker())
  await clock.advance(ttlMs)
  const before = await logins.look(login.hash)
  expect(before && news.isDone(before)).toBe(false)
  expect(names(await open(login.hash))).toEqual(['expired'])
  const after = await logins.look(login.hash)
  expect(after && news.isDone(after)).toBe(true)
})

test('somebody asks for a new QR code: all tabs show it', async () => {
  const { logins, open } = node()
  const { login } = await logins.begin(asker())
  const stream = await open(login.hash)
  await settle()
  const renewed = await logins.renew(login.hash, '192.0.2.1', asker().signal)
  await settle()
  expect(stream.events[1]).toMatchObject({ event: 'ready', data: { url: renewed.scene.url } })
})

test('the other tab ends quietly when one has logged in', async () => {
  const { logins, sink, codes, open } = node()
  const { login } = await logins.begin(asker())
  const stream = await open(login.hash)
  await sink.scanned(scanOf(login.handle.scene))
  await settle()
  await codes.redeem(codeIn(stream))
  await settle()
  expect(names(stream)).toEqual(['ready', 'confirmed'])
  expect(stream.ended).toBe(true)
})

test('while WeChat makes no QR codes a waiting page is told when to expect one', async () => {
  const { logins, clock, open, api } = node()
  const { login } = await logins.begin(asker())
  await clock.advance(ttlMs - 1_000)
  const stream = await open(login.hash)
  api.faults.push(new WechatApiError('no', { errcode: 40164, retryable: false }))
  await clock.advance(1_500)
  expect(stream.events[1]).toEqual({ event: 'busy', data: { retryMs: 5_000 } })
  await clock.advance(6_000)
  expect(names(stream)).toEqual(['ready', 'busy', 'ready'])
})

test('a page without cookies gets a ticket for its next stream with every QR code', async () => {
  const { logins, open, tickets } = node()
  const { login } = await logins.begin(asker())
  const stream = await open(login.hash, { byTicket: true })
  const ticket = textIn(stream.events[0], 'ticket')
  expect(await tickets.redeem(ticket)).toBe(login.hash)
  expect(await tickets.redeem(ticket)).toBeUndefined()
})

test('a page without cookies gets a ticket also while its scan waits to be confirmed, and no other page does', async () => {
  const { logins, news, tickets } = node()
  const { login } = await logins.begin(asker())
  const scanned = { ...login, scene: { ...login.scene, state: 'scanned' as const } }
  const { event } = await news.say(scanned, true)
  expect(await tickets.redeem(textIn(event, 'ticket'))).toBe(login.hash)
  expect((await news.say(scanned, false)).event).toEqual({ event: 'scanned', data: {} })
})

test('a ticket is good for half a minute', async () => {
  const { tickets, clock, state } = node()
  const ticket = await tickets.issue('h')
  expect(JSON.stringify([...(await state.scan('', 100))])).not.toContain(ticket)
  await clock.advance(30_000)
  expect(await tickets.redeem(ticket)).toBeUndefined()
})

test('a state that fails is busy for the page, and the scan comes when it works again', async () => {
  const { logins, sink, clock, open, state } = node()
  const { login } = await logins.begin(asker())
  const stream = await open(login.hash)
  await sink.scanned(scanOf(login.handle.scene))
  const reading = vi.spyOn(state, 'get').mockRejectedValue(new Error('no connection'))
  await settle()
  expect(names(stream)).toEqual(['ready', 'busy'])
  reading.mockRestore()
  await clock.advance(6_000)
  expect(names(stream)).toEqual(['ready', 'busy', 'confirmed'])
})

test('a subscription that fails is tried again', async () => {
  const state = loginNode().state
  const subscribing = vi.spyOn(state, 'subscribe').mockRejectedValueOnce(new Error('no connection'))
  const { logins, sink, clock, open } = node({ state })
  await clock.advance(500)
  expect(subscribing).toHaveBeenCalledTimes(2)
  const { login } = await logins.begin(asker())
  const stream = await open(login.hash)
  await sink.scanned(scanOf(login.handle.scene))
  await settle()
  expect(names(stream)).toEqual(['ready', 'confirmed'])
})

test('nothing is left of streams that are over, and of closed gateways', async () => {
  const { logins, sink, streams, clock, open, codes } = node()
  const { login } = await logins.begin(asker())
  const stream = await open(login.hash)
  stream.leave()
  await settle()
  await sink.scanned(scanOf(login.handle.scene))
  await settle()
  expect(names(stream)).toEqual(['ready'])
  expect(await codes.issue(login)).toBeDefined()
  await streams.close()
  await clock.advance(60_000)
})
