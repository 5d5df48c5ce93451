/** From when to when after the end of its socket such a client is back, milliseconds: it waits for 2 s, then connects. */
const back = { fromMs: 1_500, toMs: 10_000 }
/** So many of one network are remembered: whoever has more behind one address has others to look after. */
const maxPerNetwork = 64
const forgetEveryMs = 1_000

/** A session that is over. Times are milliseconds of the process's monotonic clock. */
export interface PastSession {
  readonly userID: string
  readonly platformID: number
  readonly token: string
  readonly endedAt: number
  /** Its program has logged out: it is not to come back. */
  readonly isLoggedOut: boolean
}

/** Whoever connects. */
export interface Newcomer extends Pick<PastSession, 'userID' | 'platformID' | 'token'> {
  readonly network: string
}

interface Ended {
  readonly session: PastSession
  readonly at: number
}

/**
 * 2.0 clients come back 2 s after any end of a socket (specification §1.4), though their session is over: those in
 * mini-programs do not even know that they have logged out. They come with the token that they had, or with that of
 * whoever has logged in on them since. By network.
 */
export class ReturningClients {
  readonly #ended = new Map<string, Ended[]>()
  #forgotAt = -Infinity

  /** The last socket of such a session has ended. */
  ended(network: string, session: PastSession, now: number): void {
    this.#forget(now)
    const ended = this.#ended.get(network) ?? []
    this.#ended.set(network, [...ended.slice(1 - maxPerNetwork), { session, at: now }])
  }

  /** Whether somebody of a network may be back. */
  mayBeBack(network: string): boolean {
    return this.#ended.has(network)
  }

  /**
   * The session that its program has ended, of a client that is back with its token without knowing. It is so once:
   * later it is its program that logs in.
   */
  takeLoggedOut({ network, token }: Newcomer, now: number): PastSession | undefined {
    const ended = this.#ended.get(network) ?? []
    const index = ended.findIndex(
      ({ session, at }) => isDue(now - at) && session.isLoggedOut && session.token === token
    )
    return index < 0 ? undefined : ended.splice(index, 1)[0]?.session
  }

  /** Whether it is one that is back, whose program has opened another socket for the same session meanwhile. */
  isSecond({ network, userID, platformID }: Newcomer, otherOpenedAt: number, now: number): boolean {
    return (this.#ended.get(network) ?? []).some(
      ({ session, at }) =>
        isDue(now - at) &&
        otherOpenedAt >= session.endedAt &&
        session.platformID === platformID &&
        (session.isLoggedOut || session.userID === userID)
    )
  }

  #forget(now: number): void {
    if (now - this.#forgotAt < forgetEveryMs) return
    this.#forgotAt = now
    for (const [network, ended] of this.#ended) {
      const left = ended.filter(({ at }) => now - at < back.toMs)
      if (left.length > 0) this.#ended.set(network, left)
      else this.#ended.delete(network)
    }
  }
}

function isDue(goneMs: number): boolean {
  return goneMs >= back.fromMs && goneMs < back.toMs
}
