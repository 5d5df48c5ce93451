import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../../core/index.ts'
import type { State } from '../state/service.ts'

/** What nodes tell each other to forget. */
export interface Clearance {
  readonly ids: readonly string[]
  readonly tags: readonly string[]
}

/** What nodes tell each other with. */
export interface ClearBusParts {
  readonly state: State
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Names this node, to know its own messages by. */
  readonly node: string
  readonly forget: (clearance: Clearance) => void
  /** Messages may have been lost: whatever could have been cleared has to go. */
  readonly forgetAll: () => void
}

const channel = 'cache:clear'
const retryMs = 5_000
const maxMessageCharacters = 1_000_000

/** Carries clears to the other nodes. Messages arrive at most once; where some may be lost, all goes. */
export class ClearBus {
  readonly #parts: ClearBusParts
  #end: (() => Promise<void>) | undefined
  #retry: Timer | undefined
  #stopped = false

  constructor(parts: ClearBusParts) {
    this.#parts = parts
  }

  /** Listens, as soon as that is possible. Never rejects. */
  async start(): Promise<void> {
    const { state, clock, log, forgetAll } = this.#parts
    try {
      const end = await state.subscribe(channel, message => this.#heard(message), forgetAll)
      this.#end = end
      if (this.#stopped) await end()
    } catch (error) {
      if (this.#stopped) return
      log.warn({ err: error }, 'cannot hear what other nodes clear')
      this.#retry = clock.after(retryMs, () => void this.start())
    }
  }

  /** Tells the others. Never rejects. */
  async tell({ ids, tags }: Clearance): Promise<void> {
    const { state, log, node } = this.#parts
    try {
      await state.publish(channel, JSON.stringify({ from: node, ids, tags }))
    } catch (error) {
      log.error({ err: error }, 'other nodes could not be told what to clear')
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#retry?.cancel()
    await this.#end?.().catch(() => undefined)
  }

  #heard(message: string): void {
    const heard = parse(message)
    if (heard && heard.from !== this.#parts.node) this.#parts.forget(heard)
  }
}

function parse(message: string): (Clearance & { readonly from: unknown }) | undefined {
  if (message.length > maxMessageCharacters) return undefined
  try {
    const { from, ids, tags } = JSON.parse(message) as Partial<Clearance> & { readonly from?: unknown }
    return isTexts(ids) && isTexts(tags) ? { from, ids, tags } : undefined
  } catch {
    return undefined
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}
