/** What to do about an idle connection. */
export type Beat = 'ping' | 'ask' | 'replace'

/**
 * Decides, once an interval, whether an idle connection still has somebody at its other end. A ping that brings
 * nothing back ends it. Of a peer that never answered a ping on two connections in a row it is taken that it knows
 * none (RFC 6455 demands it, old controls may not care); it is asked for something harmless instead.
 */
export class Heartbeat {
  #waiting = false
  #everPonged = false
  #unanswered = 0

  /** Whether the peer has ever answered a ping. */
  get answersPings(): boolean {
    return this.#everPonged
  }

  beat(): Beat {
    if (this.#waiting) {
      this.#waiting = false
      if (!this.#everPonged) this.#unanswered++
      return 'replace'
    }
    if (!this.#everPonged && this.#unanswered >= 2) return 'ask'
    this.#waiting = true
    return 'ping'
  }

  /** Something arrived: the peer is there. */
  heard(): void {
    this.#waiting = false
  }

  ponged(): void {
    this.#waiting = false
    this.#everPonged = true
    this.#unanswered = 0
  }
}
