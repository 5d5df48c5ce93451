import type { Clock } from '../../../core/index.ts'

/** When somebody logged in, as all nodes see it. */
export interface LoginTime {
  /** About milliseconds since the epoch; no two logins of one node have the same. 0: not yet. */
  readonly at: number
  /** The node that he logged in on. */
  readonly node: string
}

/** Whether a login came later than another one. All nodes say the same, and of two that differ one is the later. */
export function isLater(login: LoginTime, other: LoginTime): boolean {
  return login.at === other.at ? login.node > other.node : login.at > other.at
}

/** How far the clock of another node is followed into the future. Milliseconds. */
const maxAheadMs = 86_400_000

/**
 * Says when logins of this node came (a hybrid logical clock): by the clock, but after all logins that it has heard of
 * from other nodes, whatever their clocks say. So whoever logs in after another one has is later, although the clocks
 * differ; where neither has heard of the other, the clocks decide, and then the names of the nodes.
 */
export class LoginOrder {
  readonly #clock: Clock
  #last = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The time of one more login. */
  next(): number {
    this.#last = Math.max(this.#clock.now(), this.#last + 1)
    return this.#last
  }

  /** Takes note of a login on another node. */
  heard(at: number): void {
    this.#last = Math.max(this.#last, Math.min(at, this.#clock.now() + maxAheadMs))
  }
}
