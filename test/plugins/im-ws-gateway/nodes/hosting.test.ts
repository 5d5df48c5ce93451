import { expect, test } from 'vitest'
import { Hosting } from '../../../../src/plugins/im-ws-gateway/nodes/hosting.ts'
import type { FromHost } from '../../../../src/plugins/im-ws-gateway/nodes/items.ts'
import { FencedError } from '../../../../src/plugins/im-ws-gateway/nodes/terms.ts'
import type { ToNode } from '../../../../src/plugins/im-ws-gateway/nodes/to-node.ts'
import type { CoreEvent } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import { FakeCores } from '../gateway/fake-cores.ts'

/** The way to a node that remembers what went over it. */
class Way implements ToNode {
  readonly sent: FromHost[] = []
  readonly told: unknown[][] = []
  /** What has arrived, by core and device. */
  readonly marks = new Map<string, number>()
  isOver = false
  send(item: FromHost): void {
    this.sent.push(item)
  }
  tell(...told: Parameters<ToNode['tell']>): void {
    this.told.push(told)
  }
  async idle(): Promise<void> {}
  end(): void {
    this.isOver = true
  }
  arrived(core: number, device: number): number | undefined {
    return this.marks.get(`${core} ${device}`)
  }
}

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const event: CoreEvent = { kind: 'totalUnread', count: 1 }

function startHosting() {
  const clock = fakeClock()
  const cores = new FakeCores()
  const retold: string[][] = []
  const errors: unknown[] = []
  let mark = 7
  const hosting = new Hosting({
    cores: {
      open: (userID, deliver) => cores.open(userID, deliver),
      backOffice: { user: async () => undefined } as never,
      retellPresence: userIDs => void retold.push([...userIDs])
    },
    clock,
    log: { warn() {}, error: (given: unknown) => void errors.push(given) },
    silentMs: 10_000,
    mark: () => mark
  })
  const join = (session: string, node = session): Way => {
    const way = new Way()
    hosting.join(node, session, way)
    return way
  }
  return { clock, cores, hosting, join, retold, errors, atMark: (at: number) => void (mark = at) }
}

async function withUser() {
  const rig = startHosting()
  const way = rig.join('s')
  rig.hosting.receive('s', { k: 'open', id: 1, core: 4, user: 'ann' })
  rig.hosting.receive('s', { k: 'attach', id: 2, core: 4, device: 9, platform: 5 })
  await settled()
  return { ...rig, way }
}

test('a node opens a core and attaches a device, which is told from where it said so', async () => {
  const { way, cores } = await withUser()
  expect(way.sent).toEqual([
    { k: 'joined' },
    { k: 'here', core: 4, device: 9 },
    { k: 'ok', id: 1, result: null },
    { k: 'ok', id: 2, result: [] }
  ])
  const core = cores.of('ann')
  core.deliver(event)
  for (const device of core.devices) {
    core.deliver(event, { cause: device })
    core.deliver(event, { except: device })
  }
  expect(way.told).toEqual([
    [4, event, undefined, undefined],
    [4, event, 9, undefined]
  ])
})

test.each([
  ['a method that objects have', { name: 'constructor', core: 4, device: 9 }, 'notSupported'],
  ['a name that is none', { name: '__proto__', core: 4, device: 9 }, 'notSupported'],
  ['a core that is not there', { name: 'getSelf', core: 5, device: 9 }, 'notLoggedIn'],
  ['a device that is not there', { name: 'getSelf', core: 4, device: 8 }, 'notLoggedIn'],
  ['arguments that do not fit', { name: 'getUsers', core: 4, device: 9 }, 'badArguments']
])('a node that asks for %s is refused', async (_, asked, code) => {
  const { hosting, way, errors } = await withUser()
  hosting.receive('s', { k: 'do', id: 3, args: {}, ...asked })
  await settled()
  expect(way.sent.at(-1)).toMatchObject({ k: 'no', id: 3, code })
  expect(errors).toEqual([])
})

test('calls of the back office that are none are refused', async () => {
  const { hosting, way } = await withUser()
  hosting.receive('s', { k: 'office', id: 3, name: 'toString', args: [] })
  hosting.receive('s', { k: 'office', id: 4, name: 'user', args: ['ann'] })
  await settled()
  expect(way.sent.slice(-2)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ k: 'no', id: 3, code: 'notSupported' }),
      { k: 'ok', id: 4, result: null }
    ])
  )
})

test('what fails for reasons of its own is logged, and answered without them', async () => {
  const { hosting, way, cores, errors } = await withUser()
  cores.behaviours.set('getSelf', () => {
    throw new Error('secret')
  })
  hosting.receive('s', { k: 'do', id: 3, core: 4, device: 9, name: 'getSelf', args: {} })
  await settled()
  expect(way.sent.at(-1)).toEqual({ k: 'no', id: 3, code: 'internal', message: 'internal error' })
  expect(errors).toHaveLength(1)
})

test('what a fence has kept from being written is not answered: the next host does it', async () => {
  const { hosting, way, cores } = await withUser()
  cores.behaviours.set('getSelf', () => {
    throw new FencedError()
  })
  const before = way.sent.length
  hosting.receive('s', { k: 'do', id: 3, core: 4, device: 9, name: 'getSelf', args: {} })
  await settled()
  expect(way.sent).toHaveLength(before)
})

test('a node that joins again keeps its users there until it has named them all', async () => {
  const { hosting, cores, way, clock, retold } = await withUser()
  const again = new Way()
  hosting.join('s', 's2', again)
  hosting.receive('s2', { k: 'open', id: 1, core: 4, user: 'ann' })
  hosting.receive('s2', { k: 'resume', id: 2, core: 4, device: 9, platform: 5, mark: 6 })
  hosting.receive('s2', { k: 'ready' })
  await settled()
  expect(cores.opened).toHaveLength(1)
  expect(cores.of('ann').closed).toBe(false)
  expect(way.isOver).toBe(true)
  expect(hosting.nodes).toEqual(['s'])
  await clock.advance(5_000)
  hosting.sweep()
  expect(retold).toEqual([])
  await clock.advance(5_000)
  hosting.sweep()
  hosting.sweep()
  expect(retold).toEqual([['ann']])
})

test('a silent node is dropped with all that it has, and its devices may lack what came lately', async () => {
  const { hosting, cores, clock } = await withUser()
  const core = cores.of('ann')
  await clock.advance(9_000)
  hosting.receive('s', { k: 'beat' })
  await clock.advance(9_000)
  hosting.sweep()
  expect(hosting.has('s')).toBe(true)
  await clock.advance(2_000)
  hosting.sweep()
  await settled()
  expect(hosting.has('s')).toBe(false)
  // It has not been there for a minute: what it had missed may not have arrived either.
  expect(core.doubts.at(-1)).toBe(0)
  expect(core.closed).toBe(true)
})

test('a device on a platform that another node has too may have lost what that was told lately', async () => {
  const { hosting, cores, join, clock } = await withUser()
  await clock.advance(60_000)
  join('t')
  hosting.receive('t', { k: 'open', id: 1, core: 1, user: 'ann' })
  hosting.receive('t', { k: 'attach', id: 2, core: 1, device: 1, platform: 2 })
  await settled()
  expect(cores.of('ann').doubts.at(-1)).toBeUndefined()
  hosting.receive('t', { k: 'attach', id: 3, core: 1, device: 2, platform: 5 })
  await settled()
  expect(cores.of('ann').doubts.at(-1)).toBe(7)
  join('u')
  hosting.receive('u', { k: 'open', id: 1, core: 1, user: 'ann' })
  hosting.receive('u', { k: 'attach', id: 2, core: 1, device: 1, platform: 5 })
  await settled()
  expect(cores.of('ann').doubts.at(-1)).toBe(0)
  await clock.advance(60_000)
  hosting.receive('s', { k: 'beat' })
  hosting.drop('s')
  await settled()
  expect(cores.of('ann').doubts.at(-1)).toBe(7)
})

test('a host that leaves answers what it has begun, begins nothing more, and then says so', async () => {
  const { hosting, cores, way } = await withUser()
  let finish = (): void => undefined
  cores.behaviours.set('getSelf', () => new Promise(resolve => (finish = () => resolve('done'))))
  hosting.receive('s', { k: 'do', id: 3, core: 4, device: 9, name: 'getSelf', args: {} })
  await settled()
  const leaving = hosting.leave()
  hosting.receive('s', { k: 'do', id: 4, core: 4, device: 9, name: 'getSelf', args: {} })
  await settled()
  expect(way.sent.at(-1)).toMatchObject({ id: 2 })
  finish()
  await leaving
  expect(way.sent.slice(-2)).toEqual([
    { k: 'ok', id: 3, result: 'done' },
    { k: 'bye', mark: 7 }
  ])
})

test('a host that leaves waits for nothing for ever, and says nothing of requests that it has not answered', async () => {
  const { hosting, cores, way, clock } = await withUser()
  way.idle = () => new Promise(() => undefined)
  cores.behaviours.set('getSelf', () => new Promise(() => undefined))
  hosting.receive('s', { k: 'do', id: 3, core: 4, device: 9, name: 'getSelf', args: {} })
  let hasLeft = false
  const leaving = hosting.leave().then(() => (hasLeft = true))
  await clock.advance(9_999)
  expect(hasLeft).toBe(false)
  await clock.advance(1)
  await leaving
  expect(way.sent.at(-1)).toMatchObject({ id: 2 })
})

test('what a device was told when it was resumed may not have arrived where its node is gone soon after', async () => {
  const { hosting, cores, join, clock } = startHosting()
  join('s')
  hosting.receive('s', { k: 'open', id: 1, core: 4, user: 'ann' })
  hosting.receive('s', { k: 'resume', id: 2, core: 4, device: 9, platform: 5, mark: 3 })
  await clock.advance(59_000)
  hosting.drop('s')
  await settled()
  expect(cores.of('ann').doubts).toEqual([3])
})

test('a host that ends does not take what it told last as arrived, even where it has left in good order', async () => {
  for (const isLeft of [false, true]) {
    const { hosting, cores } = await withUser()
    if (isLeft) await hosting.leave()
    hosting.end()
    await settled()
    expect(cores.of('ann').doubts).toEqual([undefined, 0])
  }
})

test.each([
  ['what a device had missed, and all since, is in doubt until its node says more than that', 7, 0],
  ['what a node says has arrived is not in doubt', 12, 12]
])('%s', async (_, arrived, doubt) => {
  // The device has come at 7.
  const { hosting, cores, atMark } = await withUser()
  atMark(20)
  hosting.receive('s', { k: 'beat', arrived })
  hosting.drop('s')
  await settled()
  expect(cores.of('ann').doubts.at(-1)).toBe(doubt)
})

test('what a node had told when it opens a user once more may not have arrived', async () => {
  const { hosting, cores } = await withUser()
  hosting.receive('s', { k: 'open', id: 3, core: 4, user: 'ann' })
  await settled()
  expect(cores.of('ann').doubts).toEqual([undefined, 0])
})

test('a host that ends asks its own node what has arrived', async () => {
  const { hosting, cores, way } = await withUser()
  way.marks.set('4 9', 6)
  hosting.end()
  await settled()
  expect(cores.of('ann').doubts).toEqual([undefined, 6])
})

test('a client that came back elsewhere after the last sign of life of its node leaves nothing in doubt', async () => {
  const { hosting, cores, join, clock } = await withUser()
  await clock.advance(1_000)
  join('t')
  hosting.receive('t', { k: 'open', id: 1, core: 1, user: 'ann' })
  hosting.receive('t', { k: 'attach', id: 2, core: 1, device: 1, platform: 5 })
  await settled()
  expect(cores.of('ann').doubts.at(-1)).toBe(0)
  hosting.drop('s')
  await settled()
  expect(cores.of('ann').doubts.at(-1)).toBeUndefined()
  expect(cores.of('ann').devices.size).toBe(1)
})
