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

/**
 * What this process listens to. Each channel is subscribed to once, however many listen. A connection that only listens
 * does not notice when its peer is gone without a word: it is asked, and given up when no answer comes.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #channels: Channels
  /** How many listen to a channel. */
  readonly #listeners = new Map<string, number>()
  readonly #missed = new Set<() => void>()
  #probe: Timer | undefined
  #wasReady = false
  #isReady = false

  constructor(options: SubscriptionsOptions) {
    this.#options = options
    this.#channels = new Channels(options.log)
    const { client, prefix } = options
    client.on('message', (channel: string, message: string) =>
      this.#channels.publish(channel.slice(prefix.length), message)
    )
    client.on('ready', () => this.#ready())
    client.on('close', () => {
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
   * @param missed called when messages may have been lost: the connection was interrupted
   * @returns what ends it
   */
  async subscribe(
    channel: string,
    listener: (message: string) => void,
    missed?: () => void
  ): Promise<() => Promise<void>> {
    const { client, prefix } = this.#options
    const end = this.#channels.subscribe(channel, listener)
    this.#listeners.set(channel, (this.#listeners.get(channel) ?? 0) + 1)
    const told = missed && (() => missed())
    if (told) this.#missed.add(told)
    let isOver = false
    const leave = async (): Promise<void> => {
      if (isOver) return
      isOver = true
      end()
      if (told) this.#missed.delete(told)
      const left = (this.#listeners.get(channel) ?? 1) - 1
      if (left > 0) return void this.#listeners.set(channel, left)
      this.#listeners.delete(channel)
      // Nobody hears it any more, whether or not the server takes note.
      await client.unsubscribe(prefix + channel).catch(() => undefined)
    }
    try {
      await client.subscribe(prefix + channel)
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
  }

  #ready(): void {
    this.#isReady = true
    if (this.#wasReady) for (const tell of this.#missed) this.#tell(tell)
    this.#wasReady = true
    this.#probe = this.#options.clock.after(probeMs, () => void this.#ask())
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
    const late = clock.after(timeoutMs, () => client.disconnect(true))
    try {
      await client.ping()
    } catch {
      // The connection is gone, which it notices by itself.
    }
    late.cancel()
    if (this.#isReady) this.#probe = clock.after(probeMs, () => void this.#ask())
  }
}
