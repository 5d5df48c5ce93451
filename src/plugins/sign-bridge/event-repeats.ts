import type { Clock, Timer } from '../../core/index.ts'
import type { EventKind, SignEvent } from './events.ts'

/** An event that is to be delivered. */
export interface Notice extends SignEvent {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** How often it happened since it was last delivered, this time included. */
  readonly times: number
}

interface Pause {
  readonly until: number
  held: Notice | undefined
}

export interface RepeatsOptions {
  readonly clock: Clock
  readonly repeatMs: number
  readonly deliver: (notice: Notice) => void
}

const opposites: Partial<Record<EventKind, EventKind>> = {
  'device-down': 'device-up',
  'device-up': 'device-down'
}

/**
 * Lets one event of a kind and device through at a time: those that follow within `repeatMs` are counted, and the last
 * of them is delivered when that time is over. A device that has come back meanwhile is not reported as lost.
 */
export class EventRepeats {
  readonly #options: RepeatsOptions
  readonly #pauses = new Map<string, Pause>()
  #timer: Timer | undefined

  constructor(options: RepeatsOptions) {
    this.#options = options
  }

  take(event: SignEvent): void {
    const { clock, repeatMs, deliver } = this.#options
    const now = clock.monotonic()
    const opposite = opposites[event.kind]
    const other = opposite && this.#pauses.get(keyOf(opposite, event.device))
    const pause = this.#pauses.get(keyOf(event.kind, event.device))
    if (other?.held) {
      // What was held back never became known, so neither need this.
      other.held = undefined
      return
    }
    const notice = { ...event, at: clock.now(), times: (pause?.held?.times ?? 0) + 1 }
    if (pause) {
      pause.held = notice
      return
    }
    this.#pauses.set(keyOf(event.kind, event.device), { until: now + repeatMs, held: undefined })
    deliver(notice)
    this.#arm()
  }

  close(): void {
    this.#timer?.cancel()
    this.#pauses.clear()
  }

  #arm(): void {
    this.#timer?.cancel()
    const { clock } = this.#options
    const next = Math.min(...[...this.#pauses.values()].map(({ until }) => until))
    if (next !== Infinity) this.#timer = clock.after(next - clock.monotonic(), () => this.#over())
  }

  #over(): void {
    const { clock, repeatMs, deliver } = this.#options
    const now = clock.monotonic()
    for (const [key, { until, held }] of this.#pauses) {
      if (until > now) continue
      if (!held) {
        this.#pauses.delete(key)
        continue
      }
      this.#pauses.set(key, { until: now + repeatMs, held: undefined })
      deliver(held)
    }
    this.#arm()
  }
}

function keyOf(kind: EventKind, device: string): string {
  return `${kind} ${device}`
}
