import type { State } from '../state/service.ts'
import { hashOf, newSecret } from './login-handle.ts'

/** How long a ticket is good, beyond the time in which it cannot be needed. */
const ttlMs = 30_000

/** One-time tickets for a login, in place of the cookie that browsers keep from pages of other sites. */
export class Tickets {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  /** Makes a ticket for a handle that is good for `afterMs` and 30 seconds. */
  async issue(handle: string, afterMs = 0): Promise<string> {
    const ticket = newSecret()
    await this.#state.set(keyOf(ticket), handle, { ttlMs: afterMs + ttlMs })
    return ticket
  }

  /** The hash of the handle that a ticket stands for, once. */
  async redeem(ticket: string): Promise<string | undefined> {
    const handle = await this.#state.get(keyOf(ticket))
    if (handle === undefined) return undefined
    return (await this.#state.compareAndSet(keyOf(ticket), handle, undefined)) ? handle : undefined
  }
}

const keyOf = (ticket: string): string => `wechat-scan:ticket:${hashOf(ticket)}`
