/** From when to when after the end of its socket such a client is back, milliseconds: it waits for 2 s, then connects. */
const back = { fromMs: 1_500, toMs: 10_000 }

/** A session that is over. Times are milliseconds of one clock that does not go back. */
export interface PastSession {
  readonly token: string
  readonly endedAt: number
  /** Its program has logged out: it is not to come back. */
  readonly isLoggedOut: boolean
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
  readonly #ended = new Map<string, readonly Ended[]>()

  /** Networks of which something is known. */
  get size(): number {
    return this.#ended.size
  }

  /** The last socket of such a session has ended. */
  ended(network: string, session: PastSession, now: number): void {
    for (const name of this.#ended.keys()) this.#forget(name, now)
    this.#ended.set(network, [...(this.#ended.get(network) ?? []), { session, at: now }])
  }

  /** The client that is back by itself, if one is. It is so once. @param isOf whether it may be this one */
  takeBack(network: string, now: number, isOf: (session: PastSession) => boolean): PastSession | undefined {
    const ended = this.#ended.get(network)
    const found = ended?.find(({ session, at }) => isDue(now - at) && isOf(session))
    if (!ended || !found) return undefined
    this.#ended.set(
      network,
      ended.filter(one => one !== found)
    )
    return found.session
  }

  #forget(network: string, now: number): void {
    const left = this.#ended.get(network)?.filter(({ at }) => now - at < back.toMs) ?? []
    if (left.length > 0) this.#ended.set(network, left)
    else this.#ended.delete(network)
  }
}

function isDue(goneMs: number): boolean {
  return goneMs >= back.fromMs && goneMs < back.toMs
}
