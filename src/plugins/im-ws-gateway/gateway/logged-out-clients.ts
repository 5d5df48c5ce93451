/** From when to when after the end of its socket such a client is back, milliseconds: it waits for 2 s, then connects. */
const back = { fromMs: 1_500, toMs: 10_000 }

/** What is known of a client that has logged out. Times are milliseconds of one clock that does not go back. */
export interface LoggedOut {
  readonly token: string
  readonly at: number
}

interface Ended {
  readonly client: LoggedOut
  readonly at: number
}

/**
 * 2.0 clients in mini-programs that have logged out and do not know it (specification §1.4): they take the end of their
 * socket for a loss, and are back 2 s later, with the token that they had, or with that of whoever has logged in on them
 * since. By network.
 */
export class LoggedOutClients {
  readonly #ended = new Map<string, readonly Ended[]>()

  /** Networks of which something is known. */
  get size(): number {
    return this.#ended.size
  }

  /** The socket of such a client has ended. */
  ended(network: string, client: LoggedOut, now: number): void {
    for (const name of this.#ended.keys()) this.#forget(name, now)
    this.#ended.set(network, [...(this.#ended.get(network) ?? []), { client, at: now }])
  }

  /** The client that is back by itself, if one is. It is so once. @param isOf whether it may be this one */
  takeBack(network: string, now: number, isOf: (client: LoggedOut) => boolean): LoggedOut | undefined {
    const ended = this.#ended.get(network)
    const found = ended?.find(({ client, at }) => isDue(now - at) && isOf(client))
    if (!ended || !found) return undefined
    this.#ended.set(
      network,
      ended.filter(one => one !== found)
    )
    return found.client
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
