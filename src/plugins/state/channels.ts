import type { FastifyBaseLogger } from 'fastify'

interface Subscription {
  readonly listener: (message: string) => void
  active: boolean
}

interface Delivery {
  readonly channel: string
  readonly message: string
  readonly to: readonly Subscription[]
}

/**
 * Publish and subscribe within the process, as a remote broker would do it: messages arrive later, in order, and
 * what a listener does concerns neither its neighbours nor the publisher.
 */
export class Channels {
  readonly #subscriptions = new Map<string, Set<Subscription>>()
  readonly #log: FastifyBaseLogger
  #pending: Delivery[] = []

  constructor(log: FastifyBaseLogger) {
    this.#log = log
  }

  publish(channel: string, message: string): void {
    const subscriptions = this.#subscriptions.get(channel)
    if (!subscriptions) return
    // Not a microtask: listeners that publish again must not starve the event loop.
    if (this.#pending.length === 0) setImmediate(() => this.#deliver())
    this.#pending.push({ channel, message, to: [...subscriptions] })
  }

  /** Returns what ends the subscription; not even a message on its way arrives after that. */
  subscribe(channel: string, listener: (message: string) => void): () => void {
    const subscription = { listener, active: true }
    const subscriptions = this.#subscriptions.get(channel) ?? new Set()
    this.#subscriptions.set(channel, subscriptions.add(subscription))
    return () => {
      subscription.active = false
      subscriptions.delete(subscription)
      if (subscriptions.size === 0 && this.#subscriptions.get(channel) === subscriptions)
        this.#subscriptions.delete(channel)
    }
  }

  /** Ends every subscription. */
  clear(): void {
    for (const subscription of [...this.#subscriptions.values()].flatMap(set => [...set]))
      subscription.active = false
    this.#subscriptions.clear()
  }

  #deliver(): void {
    const deliveries = this.#pending
    this.#pending = []
    for (const { channel, message, to } of deliveries)
      for (const subscription of to) void this.#call(subscription, channel, message)
  }

  async #call({ active, listener }: Subscription, channel: string, message: string): Promise<void> {
    if (!active) return
    try {
      await (listener(message) as unknown)
    } catch (error) {
      this.#log.error({ err: error, channel }, 'a listener failed')
    }
  }
}
