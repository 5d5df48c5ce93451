import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { startNodes, type Node, type Person, type Rig } from './rig.ts'

/** What happens while people talk. */
const faults = ['none', 'kill', 'hand over', 'forget', 'lose the lease'] as const

interface Round {
  readonly fault: (typeof faults)[number]
  /** Who says something to whom, at the same time. */
  readonly says: readonly { readonly by: number; readonly to: number }[]
  readonly reads: boolean
}

const round = fc.record<Round>({
  fault: fc.constantFrom(...faults),
  says: fc.array(fc.record({ by: fc.nat(3), to: fc.nat(3) }), { minLength: 1, maxLength: 8 }),
  reads: fc.boolean()
})

/** Users on two nodes that live, of whom one has a device on either, and hosts that come and go. */
class Crowd {
  readonly rig: Rig
  readonly #nodes: Node[]
  /** Nodes without users, which may die. */
  readonly #spares: Node[] = []
  readonly people: readonly Person[]
  readonly groupID: string
  #said = 0

  constructor(rig: Rig, nodes: Node[], people: readonly Person[], groupID: string) {
    this.rig = rig
    this.#nodes = nodes
    this.people = people
    this.groupID = groupID
  }

  static async start(rig: Rig): Promise<Crowd> {
    const [here, there] = [await rig.node(), await rig.node()]
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
    return new Crowd(rig, [here, there], people, groupID)
  }

  async do({ fault, says, reads }: Round): Promise<void> {
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
      this.#spares.push(await this.rig.node())
      await host()?.chat.handOver()
    } else if (fault === 'kill') {
      const spare = this.#spares.find(node => node === host())
      if (!spare) return
      this.#spares.splice(this.#spares.indexOf(spare), 1)
      const next = await this.rig.node()
      this.#spares.push(next)
      spare.kill()
    } else if (fault !== 'none') {
      facts.entries.delete('lock:im-ws-gateway:host')
      if (fault === 'forget') facts.logs.clear()
    }
    await this.rig.clock.advance(50)
  }
}

const spoken = (texts: readonly string[]): readonly string[] => texts.filter(text => !text.startsWith('#'))

test('whatever happens to hosts while people talk, all is kept once, and heard once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 5 }), async rounds => {
      await using rig = await startNodes({ requestTimeoutMs: 600_000 })
      const crowd = await Crowd.start(rig)
      for (const each of rounds) {
        let isDone = false
        const doing = crowd.do(each).finally(() => (isDone = true))
        await rig.until(() => isDone, 'a round is over')
        await doing
      }
      let history: readonly string[] = []
      const reading = crowd.histories().then(all => {
        for (const each of all) expect(each).toEqual(all[0])
        history = all[0] ?? []
        return history
      })
      await rig.until(() => history.length > 0, 'the history is read')
      await reading
      expect(new Set(history).size).toBe(crowd.said)
      expect(history).toHaveLength(crowd.said)
      for (const person of crowd.people) {
        const own = `${person.userID}.${person.device.platformID} `
        const wanted = history.filter(text => !text.startsWith(own))
        await rig.until(() => spoken(person.texts()).length >= wanted.length, `${own} hears all`)
        await rig.clock.advance(10_000)
        expect(spoken(person.texts())).toEqual(wanted)
      }
      const unread = async (person: Person | undefined): Promise<number | undefined> =>
        person?.call('getTotalUnread', {})
      const totals = [await unread(crowd.people[2]), await unread(crowd.people[3])]
      expect(totals[0]).toBe(totals[1])
      const ofCat = crowd.people.filter(({ userID }) => userID === 'cat')
      for (const cat of ofCat)
        await rig.until(() => (cat.events('totalUnread').at(-1)?.count ?? 0) === totals[0], 'totals are told')
    }),
    { numRuns: 8, endOnFailure: true }
  )
}, 120_000)
