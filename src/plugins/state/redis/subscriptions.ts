import type { Redis } from 'ioredis'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../../../core/index.ts'
import { Channels } from '../channels.ts'

export interface SubscriptionsOptions {
  /** A connection for nothing but listening. */
  readonly client: Redis
  /** What channels are called on the server begins with it. */
  readonly prefix: string
  readonly timeoutMs: number
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** How often an idle connection is asked whether it still is one. Milliseconds. */
const probeMs = 10_000

/** A channel that is listened to. */
interface Joined {
  listeners: number
  /** Resolves when the server has said so for the first time. */
  readonly done: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * What this process listens to. Each channel is subscribed to once, however many listen. A connection that only listens
 * does not notice when its peer is gone without a word: it is asked, and given up when no answer comes.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #channels: Channels
  readonly #joined = new Map<string, Joined>()
  readonly #missed = new Set<() => void>()
  #probe: Timer | undefined
  /** Counts the connections. */
  #connection = 0
  #isConnected = false
  #wasReady = false
  #isReady = false

  constructor(options: SubscriptionsOptions) {
    this.#options = options
    this.#channels = new Channels(options.log)
    const { client, prefix } = options
    client.on('message', (channel: string, message: string) =>
      this.#channels.publish(channel.slice(prefix.length), message)
    )
    client.on('ready', () => void this.#connected())
    client.on('close', () => {
      this.#isConnected = false
      this.#isReady = false
      this.#probe?.cancel()
    })
  }

  /** Whether messages arrive. */
  get isReady(): boolean {
    return this.#isReady
  }

  /**
   * Listens to a channel. Resolves once the server says so, which takes as long as there is none.
   * @param missed called when messages may have been lost: the connection was interrupted, and all that comes from now
   * on is heard
   * @returns what ends it
   */
  async subscribe(
    channel: string,
    listener: (message: string) => void,
    missed?: () => void
  ): Promise<() => Promise<void>> {
    const end = this.#channels.subscribe(channel, listener)
    const joined = this.#joined.get(channel) ?? this.#join(channel)
    joined.listeners++
    const told = missed && (() => missed())
    if (told) this.#missed.add(told)
    let isOver = false
    const leave = async (): Promise<void> => {
      if (isOver) return
      isOver = true
      end()
      if (told) this.#missed.delete(told)
      if (--joined.listeners === 0) this.#leave(channel, joined)
    }
    try {
      await joined.done
      return leave
    } catch (error) {
      await leave()
      throw error
    }
  }

  close(): void {
    this.#probe?.cancel()
    this.#channels.clear()
    this.#missed.clear()
    for (const { reject } of this.#joined.values()) reject(new Error('The state is closed'))
  }

  #join(channel: string): Joined {
    const { promise, ...settle } = deferred()
    const joined = { listeners: 0, done: promise, ...settle }
    this.#joined.set(channel, joined)
    if (this.#isConnected) void this.#request([channel])
    return joined
  }

  #leave(channel: string, joined: Joined): void {
    if (this.#joined.get(channel) !== joined) return
    this.#joined.delete(channel)
    if (!this.#isConnected) return
    // Nobody hears it any more, whether or not the server takes note.
    this.#options.client.unsubscribe(this.#options.prefix + channel).catch(() => undefined)
  }

  /**
   * Asks the server for channels, again with every connection: what was under way when one broke is not answered.
   * Resolves, to whether it listens, when they are heard.
   */
  async #request(channels: readonly string[]): Promise<boolean> {
    const connection = this.#connection
    const wanted = channels.map(channel => this.#joined.get(channel))
    try {
      const { client, prefix } = this.#options
      if (channels.length > 0) await client.subscribe(...channels.map(channel => prefix + channel))
      for (const joined of wanted) joined?.resolve()
      return connection === this.#connection && this.#isConnected
    } catch (error) {
      if (!this.#isConnected || connection !== this.#connection) return false
      if (isRefusal(error)) for (const joined of wanted) joined?.reject(error)
      else this.#options.client.disconnect(true)
      return false
    }
  }

  async #connected(): Promise<void> {
    this.#connection++
    this.#isConnected = true
    this.#probe = this.#options.clock.after(probeMs, () => void this.#ask())
    if (!(await this.#request([...this.#joined.keys()]))) return
    this.#isReady = true
    if (this.#wasReady) for (const tell of this.#missed) this.#tell(tell)
    this.#wasReady = true
  }

  #tell(missed: () => void): void {
    try {
      missed()
    } catch (error) {
      this.#options.log.error({ err: error }, 'a listener failed to take note of lost messages')
    }
  }

  async #ask(): Promise<void> {
    const { client, timeoutMs, clock } = this.#options
    const connection = this.#connection
    const late = clock.after(timeoutMs, () => {
      if (this.#isConnected && connection === this.#connection) client.disconnect(true)
    })
    try {
      await client.ping()
    } catch {
      // The connection is gone, which it notices by itself.
    }
    late.cancel()
    if (this.#isConnected) this.#probe = clock.after(probeMs, () => void this.#ask())
  }
}

/** Whether the server has answered, and said no. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}

function deferred() {
  let resolve: () => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<void>((yes, no) => void ([resolve, reject] = [yes, no]))
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}
