import type { FastifyBaseLogger } from 'fastify'

/** The kinds of events, as webhooks and logs name them. */
export const eventKinds = [
  'device-down',
  'device-up',
  'reader-fault',
  'card-locked',
  'card-swapped',
  'pin-guard-tripped',
  'signature-invalid',
  'certificate-expiring',
  'audit-failed',
  'card-shared',
  'restart-requested',
  'restart-failed'
] as const

export type EventKind = (typeof eventKinds)[number]

/** What somebody must act on. It holds neither a PIN nor a text to sign. */
export interface SignEvent {
  readonly kind: EventKind
  /** Name of the device; empty when it is about the gateway itself. */
  readonly device: string
  /** What happened, in a sentence for people. */
  readonly message: string
  /** The code that the control gave, where it is about one. */
  readonly code?: string | undefined
}

/** Tells whoever wants to know. It returns at once and never throws. */
export type Tell = (event: SignEvent) => void

/** Logs events at `warn` and passes them on. What a listener throws is logged and counted, and stops nothing. */
export class Announcer {
  readonly #log: FastifyBaseLogger
  readonly #listeners: Tell[] = []
  readonly #counts = Object.fromEntries(eventKinds.map(kind => [kind, 0])) as Record<EventKind, number>
  /** Exceptions of listeners since the start. */
  failures = 0

  constructor(log: FastifyBaseLogger) {
    this.#log = log
  }

  /** Events since the start, those that no webhook was told of included. */
  get counts(): Readonly<Record<EventKind, number>> {
    return this.#counts
  }

  listen(listener: Tell): void {
    this.#listeners.push(listener)
  }

  readonly tell: Tell = event => {
    const { kind, device, message } = event
    this.#counts[kind]++
    this.#log.warn({ event: kind, device }, message)
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (err) {
        this.failures++
        this.#log.error({ err, event: kind }, 'a listener for events failed')
      }
    }
  }
}
