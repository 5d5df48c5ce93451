import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { startNodes, type Node, type Person, type Rig } from './rig.ts'

/** What happens while people talk. */
const faults = ['none', 'kill', 'hand over', 'forget all', 'forget the logs', 'lose the lease'] as const

interface Round {
  readonly fault: (typeof faults)[number]
  /** Who says something to whom, at the same time. */
  readonly says: readonly { readonly by: number; readonly to: number }[]
  readonly reads: boolean
  /** When in the time between two beats. Milliseconds. */
  readonly atMs: number
  /** How long the next host takes to open the chat. Milliseconds. */
  readonly openingMs: number
}

const round = fc.record<Round>({
  fault: fc.constantFrom(...faults),
  says: fc.array(fc.record({ by: fc.nat(3), to: fc.nat(3) }), { minLength: 1, maxLength: 8 }),
  reads: fc.boolean(),
  atMs: fc.nat(1_500),
  openingMs: fc.constantFrom(0, 0, 20, 1_000, 3_000)
})

/** Users on two nodes that live, of whom one has a device on either, and hosts that come and go. */
class Crowd {
  readonly rig: Rig
  readonly #make: { readonly node: () => Promise<Node>; readonly time: { openingMs: number } }
  readonly #nodes: Node[]
  /** Nodes without users, which may die. */
  readonly #spares: Node[] = []
  readonly people: readonly Person[]
  readonly groupID: string
  #said = 0

  constructor(
    rig: Rig,
    make: { readonly node: () => Promise<Node>; readonly time: { openingMs: number } },
    nodes: Node[],
    people: readonly Person[],
    groupID: string
  ) {
    this.rig = rig
    this.#make = make
    this.#nodes = nodes
    this.people = people
    this.groupID = groupID
  }

  static async start(rig: Rig): Promise<Crowd> {
    const time = { openingMs: 0 }
    const node = (): Promise<Node> =>
      rig.node(() => new Promise(resolve => void rig.clock.after(time.openingMs, resolve)))
    const [here, there] = [await node(), await node()]
    const people = [
      await here.person('ann', 2),
      await there.person('bob', 5),
      await here.person('cat', 2),
      await there.person('cat', 5)
    ]
    const [ann] = people as [Person]
    const { groupID } = await ann.call('createGroup', {
      groupInfo: { groupName: 'G' },
      memberUserIDs: ['bob', 'cat']
    })
    return new Crowd(rig, { node, time }, [here, there], people, groupID)
  }

  async do({ fault, says, reads, atMs, openingMs }: Round): Promise<void> {
    await new Promise<void>(resolve => void this.rig.clock.after(atMs, resolve))
    this.#make.time.openingMs = openingMs
    const saying = Promise.all(says.map(({ by, to }) => this.#say(by, to)))
    await this.#fault(fault)
    await saying
    if (reads) await this.people[1]?.call('markConversationRead', { conversationID: `sg_${this.groupID}` })
  }

  /** The texts of a conversation, as each user finds them. */
  async histories(): Promise<readonly (readonly string[])[]> {
    return Promise.all(this.people.map(person => this.historyOf(person)))
  }

  async historyOf(person: Person): Promise<readonly string[]> {
    return spoken(await person.history(`sg_${this.groupID}`))
  }

  get said(): number {
    return this.#said
  }

  async #say(by: number, to: number): Promise<void> {
    const person = this.people[by]
    if (!person) throw new Error('nobody says it')
    const text = `${person.userID}.${person.device.platformID} ${to} ${++this.#said}`
    await person.say({ groupID: this.groupID }, text)
  }

  async #fault(fault: Round['fault']): Promise<void> {
    const { facts } = this.rig
    const host = (): Node | undefined =>
      [...this.#nodes, ...this.#spares].find(({ chat }) => chat.nodes().isHost)
    if (fault === 'hand over') {
      this.#spares.push(await this.#make.node())
      await host()?.chat.handOver()
    } else if (fault === 'kill') {
      const spare = this.#spares.find(node => node === host())
      if (!spare) return
      this.#spares.splice(this.#spares.indexOf(spare), 1)
      const next = await this.#make.node()
      this.#spares.push(next)
      spare.kill()
    } else if (fault !== 'none') {
      if (fault !== 'forget the logs') facts.entries.delete('lock:im-ws-gateway:host')
      if (fault !== 'lose the lease') facts.logs.clear()
    }
  }
}

const spoken = (texts: readonly string[]): readonly string[] => texts.filter(text => !text.startsWith('#'))

test('whatever happens to hosts while people talk, all is kept once, and heard once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 5 }), async rounds => {
      await using rig = await startNodes({ requestTimeoutMs: 600_000 })
      const crowd = await Crowd.start(rig)
      for (const each of rounds) await rig.during(crowd.do(each), 'a round is over')
      const histories = await rig.during(crowd.histories(), 'histories are read')
      const [history = []] = histories
      for (const each of histories) expect(each).toEqual(history)
      expect(new Set(history).size).toBe(crowd.said)
      expect(history).toHaveLength(crowd.said)
      const wanted = crowd.people.map(({ userID, device }) =>
        history.filter(text => !text.startsWith(`${userID}.${device.platformID} `))
      )
      const told = (): readonly (readonly string[])[] => crowd.people.map(person => spoken(person.texts()))
      await rig.until(
        () => told().every((texts, at) => texts.length >= (wanted[at]?.length ?? 0)),
        'everybody hears all'
      )
      const totals = await rig.during(
        Promise.all(crowd.people.map(person => person.call('getTotalUnread', {}))),
        'totals are read'
      )
      const ofCat = crowd.people.filter(({ userID }) => userID === 'cat')
      expect(totals[2]).toBe(totals[3])
      await rig.until(
        () => ofCat.every(cat => (cat.events('totalUnread').at(-1)?.count ?? 0) === totals[2]),
        'totals are told'
      )
      expect(told()).toEqual(wanted)
    }),
    { numRuns: 8, endOnFailure: true }
  )
}, 120_000)
