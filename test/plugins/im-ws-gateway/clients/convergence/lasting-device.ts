import type { Raw } from '../raw-client.ts'
import { shown, type Shown } from '../raw-chat.ts'

/** How a connection ends. */
export type Parting = 'logs out' | 'closes' | 'is cut off'

/** A device of a user over all of its connections, which knows nothing but what it was told. */
export class LastingDevice {
  /** Messages that it has sent itself: it is not told of them. */
  readonly sent = new Set<string>()
  /** True once it has gone without a word, or with no more than a close: what was on its way then may come twice. */
  mayHearTwice = false
  readonly #open: () => Promise<Raw>
  readonly #raws: Raw[] = []
  /** What is under way on its connection. */
  readonly #busy = new Set<Promise<void>>()
  #isBack: Promise<void> = Promise.resolve()

  private constructor(open: () => Promise<Raw>) {
    this.#open = open
  }

  static async start(open: () => Promise<Raw>): Promise<LastingDevice> {
    const device = new LastingDevice(open)
    await device.#connect()
    return device
  }

  get raw(): Raw {
    return this.#raws.at(-1) as Raw
  }

  /** Does something on its connection; others do theirs meanwhile. */
  async use(task: (raw: Raw) => Promise<void>): Promise<void> {
    await this.#isBack
    const done = task(this.raw)
    this.#busy.add(done)
    await done.finally(() => this.#busy.delete(done))
  }

  /** Leaves, or loses its network, once it has its answers, and comes back. */
  async reconnect(how: Parting): Promise<void> {
    this.mayHearTwice ||= how !== 'logs out'
    this.#isBack = this.#again(this.#isBack, how)
    await this.#isBack
  }

  /** The ids of the messages that it was told of: also by the event that 2.3.0 has for one's own, if by no other. */
  heard(): readonly string[] {
    const news = this.#messages(/^OnRecvNewMessages?$/)
    return [...news, ...this.#messages(/^OnRecvNewMessageFromOtherWeb$/).filter(id => !news.includes(id))]
  }

  /** Its list of conversations, put together from what it was told. */
  conversations(): ReadonlyMap<string, Shown> {
    const told = this.#told(/^On(NewConversation|ConversationChanged)$/) as readonly (readonly unknown[])[]
    const known = new Map(told.flat().map(one => [shown(one).with, shown(one)]))
    return new Map([...known].filter(([, { isListed }]) => isListed))
  }

  /** How much it believes to be unread. */
  unread(): number {
    return Number(this.#told(/^OnTotalUnreadMessageCountChanged$/).at(-1) ?? 0)
  }

  close(): Promise<void> {
    return this.raw.close()
  }

  async #again(before: Promise<void>, how: Parting): Promise<void> {
    await before
    await Promise.all(this.#busy)
    if (how === 'logs out') await this.raw.ask('Logout')
    if (how === 'is cut off') this.raw.socket.terminate()
    else await this.raw.close()
    await this.#connect()
  }

  async #connect(): Promise<void> {
    this.#raws.push(await this.#open())
  }

  #messages(name: RegExp): readonly string[] {
    return this.#told(name)
      .flatMap(data => (Array.isArray(data) ? data : [data]) as readonly { readonly clientMsgID: string }[])
      .map(({ clientMsgID }) => clientMsgID)
  }

  #told(name: RegExp): readonly unknown[] {
    const told = this.#raws.flatMap(({ frames, prefix }) => {
      return frames.filter(({ event, operationID }) => name.test(event) && !operationID.startsWith(prefix))
    })
    return told.map(({ data }) => JSON.parse(data) as unknown)
  }
}
