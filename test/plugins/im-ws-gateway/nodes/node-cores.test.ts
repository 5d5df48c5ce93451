import { expect, test } from 'vitest'
import type { FromHost, ToHost } from '../../../../src/plugins/im-ws-gateway/nodes/items.ts'
import { Link } from '../../../../src/plugins/im-ws-gateway/nodes/link.ts'
import { NodeCores } from '../../../../src/plugins/im-ws-gateway/nodes/node-cores.ts'
import type { CoreEvent, Device, UserCore } from '../../../../src/plugins/im-ws-gateway/user-core.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const total = (count: number): CoreEvent => ({ kind: 'totalUnread', count })

/** The users of a node, and a host that says what a test has it say. */
class Rig {
  readonly clock = fakeClock()
  readonly cores = new NodeCores({
    clock: this.clock,
    log: { warn() {}, error() {} },
    requestTimeoutMs: 30_000
  })
  readonly heard: CoreEvent[] = []
  /** What was said over the newest link. */
  sent: ToHost[] = []
  #link: Link | undefined
  #mark = 0

  /** Comes as a host that has told nothing yet. */
  connect(): void {
    this.sent = []
    this.#mark = 0
    const way = { send: (item: ToHost) => void this.sent.push(item), end: () => new Set<number>() }
    const { cores } = this
    const link = new Link({ term: 1, session: 's', mark: () => this.#mark }, way, {
      joined: () => cores.connect(link),
      unknown() {},
      left: (_, mark) => {
        this.#mark = mark
        cores.disconnect()
      },
      here: (core, device) => cores.here(core, device)
    })
    this.#link = link
    link.receive({ k: 'joined' })
  }

  /** Says something, and that all has been told up to a mark. */
  async say(items: readonly FromHost[], mark = this.#mark): Promise<void> {
    for (const item of items)
      if (item.k === 'event') this.cores.told(item.cores, item.event as CoreEvent, item.cause, item.except)
      else this.#link?.receive(item)
    this.#mark = mark
    await settled()
  }

  /** What was said of a kind. */
  asked<Kind extends ToHost['k']>(k: Kind): (ToHost & { readonly k: Kind })[] {
    return this.sent.filter((item): item is ToHost & { readonly k: Kind } => item.k === k)
  }

  newest<Kind extends ToHost['k']>(k: Kind): ToHost & { readonly k: Kind } {
    const newest = this.asked(k).at(-1)
    if (!newest) throw new Error(`nobody has said: ${k}`)
    return newest
  }

  /** Answers the newest question of a kind. */
  async answer(k: 'open' | 'attach' | 'resume', result: unknown = null, mark?: number): Promise<void> {
    const asked = this.newest(k)
    const here: FromHost[] = asked.k === 'open' ? [] : [{ k: 'here', core: asked.core, device: asked.device }]
    await this.say([...here, { k: 'ok', id: asked.id, result }], mark)
  }

  async open(userID = 'ann'): Promise<UserCore> {
    const opening = this.cores.open(userID, told => {
      if (told.kind !== 'snapshot') this.heard.push(told)
    })
    await settled()
    await this.answer('open')
    return opening
  }

  async attach(core: UserCore, device: Device, mark: number): Promise<void> {
    const attaching = core.attach(device)
    await settled()
    await this.answer('attach', [], mark)
    await attaching
  }

  async event(core: UserCore, event: CoreEvent, mark?: number): Promise<void> {
    const { core: number } = this.asked('open').findLast(({ user }) => user === core.userID) ?? { core: 0 }
    await this.say([{ k: 'event', cores: [number], event }], mark)
  }
}

const phone: Device = { platformID: 2 }
const page: Device = { platformID: 5 }

test('what a connection was told while it was being counted in is told once, though the host is lost meanwhile', async () => {
  const rig = new Rig()
  rig.connect()
  const core = await rig.open()
  const attaching = core.attach(page)
  await settled()
  const { core: number, device } = rig.newest('attach')
  await rig.say([{ k: 'here', core: number, device }])
  await rig.event(core, total(1))
  // The answer does not come: the next host finds it among what was missed.
  rig.cores.disconnect()
  rig.connect()
  await rig.answer('open')
  await rig.answer('attach', [total(1)])
  expect(await attaching).toEqual([total(1)])
  expect(rig.heard).toEqual([])
  await rig.event(core, total(2))
  expect(rig.heard).toEqual([total(2)])
})

test('what comes between the word that a connection is there and the answer is told behind the answer', async () => {
  const rig = new Rig()
  rig.connect()
  const core = await rig.open()
  const attaching = core.attach(page).then(missed => rig.heard.push(...missed))
  await settled()
  const { core: number, device, id } = rig.newest('attach')
  await rig.say([
    { k: 'here', core: number, device },
    { k: 'event', cores: [number], event: total(1) },
    { k: 'ok', id, result: [] },
    { k: 'event', cores: [number], event: total(2) }
  ])
  await attaching
  expect(rig.heard).toEqual([total(1), total(2)])
})

test('a host that goes right after its answer has told what came before it', async () => {
  const rig = new Rig()
  rig.connect()
  const core = await rig.open()
  const attaching = core.attach(page)
  await settled()
  const { core: number, device, id } = rig.newest('attach')
  await rig.say([
    { k: 'here', core: number, device },
    { k: 'event', cores: [number], event: total(1) },
    { k: 'ok', id, result: [] },
    { k: 'bye', mark: 9 }
  ])
  await attaching
  expect(rig.heard).toEqual([total(1)])
  rig.connect()
  expect(rig.asked('resume')).toMatchObject([{ mark: 9 }])
})

test('a connection that goes before a new host has said what it missed has not got it', async () => {
  const rig = new Rig()
  rig.connect()
  const core = await rig.open()
  await rig.attach(core, page, 3)
  await rig.attach(core, phone, 3)
  await rig.event(core, total(1), 5)
  rig.cores.disconnect()
  rig.connect()
  // The new host is further, and this node knows: it hears so of others.
  await rig.say([], 9)
  expect(core.mark?.()).toBe(5)
  core.detach(page)
  core.detach(phone, 7)
  expect(rig.asked('detach').map(({ since }) => since)).toEqual([5, 5])
})

test('a node knows up to where everything has arrived that its connections were told after they came', async () => {
  const rig = new Rig()
  rig.connect()
  const core = await rig.open()
  expect(rig.cores.allArrived()).toBe(0)
  await rig.say([], 3)
  expect(rig.cores.allArrived()).toBe(3)
  const deaf = { platformID: 2, mark: 0 }
  await rig.attach(core, deaf, 5)
  await rig.attach(core, { ...page, mark: 6 }, 8)
  // What it had missed may not have arrived, but nothing says so of what others were told before it came.
  expect(rig.cores.allArrived()).toBe(3)
  deaf.mark = 7
  expect(rig.cores.allArrived()).toBe(6)
  const [link, other] = rig.asked('attach').map(({ device }) => device)
  expect([link, other, 99].map(device => rig.cores.arrived(1, device ?? 0))).toEqual([7, 6, undefined])
  rig.cores.disconnect()
  core.detach(deaf, 4)
  expect(rig.cores.allArrived()).toBe(4)
  expect(rig.cores.arrived(1, link ?? 0)).toBe(4)
})

test('when a new host does not take all of a user, nothing is told twice', async () => {
  const rig = new Rig()
  rig.connect()
  const core = await rig.open()
  await rig.attach(core, page, 3)
  await rig.attach(core, phone, 5)
  rig.cores.disconnect()
  rig.connect()
  const [first, second] = rig.asked('resume')
  await rig.answer('open')
  await rig.say(
    [
      { k: 'here', core: first?.core ?? 0, device: first?.device ?? 0 },
      { k: 'ok', id: first?.id ?? 0, result: [total(1)] },
      { k: 'no', id: second?.id ?? 0, code: 'internal', message: '' }
    ],
    8
  )
  const told = rig.heard.filter(({ kind }) => kind === 'totalUnread')
  expect(told).toEqual([total(1)])
  rig.sent = []
  rig.cores.sweep()
  expect(rig.asked('resume').map(({ mark }) => mark)).toEqual([8, 5])
})

test('that a connection has gone is said to the host after the next one, when the next did not take it in', async () => {
  const rig = new Rig()
  rig.connect()
  const core = await rig.open()
  await rig.attach(core, page, 3)
  rig.cores.disconnect()
  core.detach(page, 2)
  rig.connect()
  expect(rig.asked('detach')).toMatchObject([{ since: 2 }])
  rig.cores.disconnect()
  await settled()
  rig.connect()
  expect(rig.asked('resume')).toMatchObject([{ mark: 3 }])
  expect(rig.asked('detach')).toMatchObject([{ since: 2 }])
  await rig.answer('open')
  await rig.answer('resume', [])
  rig.cores.disconnect()
  rig.connect()
  expect(rig.asked('resume')).toEqual([])
})

test('when the node closes, what waits for a host is answered, and nothing waits any more', async () => {
  const rig = new Rig()
  const waiting = rig.cores.backOffice.user('ann')
  rig.connect()
  await settled()
  const asked = rig.cores.backOffice.user('bob')
  await settled()
  rig.cores.disconnect()
  await settled()
  const opening = rig.cores.open('cat', () => {})
  rig.cores.close()
  const late = rig.cores.backOffice.user('dan')
  for (const request of [waiting, asked, opening, late])
    await expect(request).rejects.toMatchObject({ code: 'timeout' })
})

test('a core that the host opened too late is closed there, and a connection counted in too late is gone', async () => {
  const rig = new Rig()
  rig.connect()
  const opening = rig.cores.open('bob', () => {})
  await settled()
  const refused = opening.catch((error: unknown) => error)
  await rig.clock.advance(30_000)
  await rig.answer('open')
  expect(await refused).toMatchObject({ code: 'timeout' })
  expect(rig.asked('close')).toEqual([{ k: 'close', core: rig.newest('open').core }])

  const core = await rig.open()
  const attaching = core.attach(page)
  await settled()
  const tooLate = attaching.catch((error: unknown) => error)
  await rig.clock.advance(30_000)
  rig.cores.sweep()
  expect(await tooLate).toMatchObject({ code: 'timeout' })
  const { core: number, device } = rig.newest('attach')
  expect(rig.asked('detach')).toEqual([{ k: 'detach', core: number, device, since: 0 }])
})

test('whoever waits for a host that has come and says nothing is told so when his time is up', async () => {
  const rig = new Rig()
  rig.connect()
  const opening = rig.cores.open('bob', () => {}).catch((error: unknown) => error)
  const core = await rig.open()
  await rig.attach(core, page, 3)
  rig.cores.disconnect()
  rig.connect()
  const asking = core.operations.getSelf({}, page).catch((error: unknown) => error)
  let answers = 0
  for (const asked of [opening, asking]) void asked.then(() => answers++)
  await rig.clock.advance(29_999)
  rig.cores.sweep()
  await settled()
  expect(answers).toBe(0)
  await rig.clock.advance(1)
  rig.cores.sweep()
  await settled()
  expect(answers).toBe(2)
  expect(await opening).toMatchObject({ code: 'timeout' })
  expect(await asking).toMatchObject({ code: 'timeout' })
})
