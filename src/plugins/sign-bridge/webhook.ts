import { randomUUID } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { backoffMs } from './backoff.ts'
import { EventRepeats, type Notice } from './event-repeats.ts'
import type { EventKind, SignEvent } from './events.ts'
import { post, type Delivery, type Message, type PostOptions } from './webhook-post.ts'

export interface WebhookOptions extends PostOptions {
  /** Which kinds are sent; empty: all. */
  readonly kinds: readonly EventKind[]
  /** The shortest time between two events of a kind and device. */
  readonly repeatMs: number
  readonly log: FastifyBaseLogger
  readonly random?: () => number
}

const retries = { reconnectMinMs: 1_000, reconnectMaxMs: 300_000 }
/** Who has taken nothing for a day learns nothing from an older event. */
const giveUpAfterMs = 86_400_000

/**
 * Sends events to the operator's own receiver, one after the other, each until it is taken: at least once while the
 * process lives. At most one of a kind and device waits, so what waits is bounded by the number of devices.
 */
export class Webhook {
  readonly #options: WebhookOptions
  readonly #counters = { delivered: 0, failures: 0, givenUp: 0 }
  readonly #repeats: EventRepeats
  readonly #waiting = new Map<string, Notice>()
  readonly #posting = new Set<AbortController>()
  #sending: Promise<void> | undefined
  #wake: (() => void) | undefined
  #closed = false

  constructor(options: WebhookOptions) {
    this.#options = options
    const { clock, repeatMs } = options
    this.#repeats = new EventRepeats({ clock, repeatMs, deliver: notice => this.#queue(notice) })
  }

  get counters(): Readonly<Record<'delivered' | 'failures' | 'givenUp', number>> {
    return this.#counters
  }

  /** Takes an event; returns at once. */
  readonly tell = (event: SignEvent): void => {
    const { kinds } = this.#options
    if (!this.#closed && (kinds.length === 0 || kinds.includes(event.kind))) this.#repeats.take(event)
  }

  /** Sends a message of the kind `test` once, and says how that went. */
  test(): Promise<Delivery> {
    const at = this.#options.clock.now()
    const message = 'A test: nothing has happened'
    return this.#post(messageOf({ kind: 'test', device: '', message, at, times: 1 }))
  }

  /** Resolves when nothing waits to be delivered. */
  async settled(): Promise<void> {
    await this.#sending
  }

  /** Ends the delivery that is under way. What waits is lost. */
  close(): void {
    this.#closed = true
    this.#repeats.close()
    this.#waiting.clear()
    this.#wake?.()
    for (const posting of this.#posting) posting.abort()
  }

  #queue(notice: Notice): void {
    const key = `${notice.kind} ${notice.device}`
    const times = notice.times + (this.#waiting.get(key)?.times ?? 0)
    this.#waiting.delete(key)
    this.#waiting.set(key, { ...notice, times })
    this.#sending ??= this.#sendAll()
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const [next] = this.#waiting
      if (!next) break
      const [key, notice] = next
      this.#waiting.delete(key)
      await this.#send(notice)
    }
    this.#sending = undefined
  }

  async #send(notice: Notice): Promise<void> {
    const { clock, log, random = Math.random } = this.#options
    const began = clock.monotonic()
    const message = messageOf(notice)
    for (let attempt = 1; !this.#closed; attempt++) {
      const delivery = await this.#post(message)
      if (this.#closed) return
      if (delivery.delivered) {
        this.#counters.delivered++
        return
      }
      this.#counters.failures++
      const facts = { event: notice.kind, device: notice.device, because: delivery.because, attempt }
      if (clock.monotonic() - began >= giveUpAfterMs) {
        this.#counters.givenUp++
        return log.error(facts, 'the webhook did not take an event for a day; it is given up')
      }
      log.warn(facts, 'the webhook did not take an event; it is sent again')
      await this.#pause(retries.reconnectMinMs / 2 + backoffMs(attempt, retries, random))
    }
  }

  async #post(message: Message): Promise<Delivery> {
    const aborting = new AbortController()
    this.#posting.add(aborting)
    try {
      return await post(message, this.#options, aborting)
    } finally {
      this.#posting.delete(aborting)
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = this.#options.clock.after(ms, resolve)
      this.#wake = () => {
        timer.cancel()
        resolve()
      }
    })
  }
}

function messageOf({ kind, device, message, at, times }: Omit<Notice, 'kind'> & { kind: string }): Message {
  const id = randomUUID()
  return { id, body: JSON.stringify({ id, kind, device, message, at: new Date(at).toISOString(), times }) }
}
