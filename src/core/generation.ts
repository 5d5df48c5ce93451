import type { FastifyServerFactory } from 'fastify'
import { Front } from './front.ts'
import { GenerationServer } from './generation-server.ts'

/** The listeners of a process, which gateways that follow each other hand on. */
export class Fronts {
  readonly #fronts = new Map<string, Front>()
  /** What the current gateway has in memory for the next one. */
  kept: ReadonlyMap<string, unknown> = new Map()

  /** The listeners as the next gateway will have them. */
  next(): Generation {
    return new Generation(this)
  }

  /** The listener of an address, unless it is closing. */
  at(key: string): Front | undefined {
    const front = this.#fronts.get(key)
    return front?.listening ? front : undefined
  }

  /** Keeps a listener until it is closed. */
  add(key: string, front: Front): void {
    this.#fronts.set(key, front)
    front.whenClosed(() => {
      if (this.#fronts.get(key) === front) this.#fronts.delete(key)
    })
  }
}

/** What one gateway has of the listeners that outlive it. */
export class Generation {
  readonly #fronts: Fronts
  readonly #kept = new Map<string, unknown>()
  /** Those that this one has claimed. */
  readonly #claimed = new Map<string, readonly [Front, GenerationServer]>()

  constructor(fronts: Fronts) {
    this.#fronts = fronts
  }

  /**
   * Makes servers for Fastify's option of this name. They listen where the gateway before does without being in its
   * way, and get nothing from there until {@link takeOver}; where it does not, they listen at once.
   * @param name tells listeners on port 0 from each other
   */
  serverFactory(name: string): FastifyServerFactory {
    return (handler, options) =>
      new GenerationServer(options, handler, (server, host, port) =>
        this.#claim(server, `${host}:${port || name}`, host, port)
      )
  }

  /** Gives everything that comes from now on to this gateway. */
  takeOver(): void {
    for (const [front, server] of this.#claimed.values()) if (front.current !== server) front.serve(server)
    this.#fronts.kept = this.#kept
  }

  /** What the gateway before has kept under this name, or else what `make` makes. The next one can have it. */
  keep<T>(name: string, make: () => T): T {
    const { kept } = this.#fronts
    const thing = kept.has(name) ? (kept.get(name) as T) : make()
    this.#kept.set(name, thing)
    return thing
  }

  async #claim(server: GenerationServer, key: string, host: string, port: number): Promise<Front> {
    const known = this.#claimed.has(key) ? undefined : this.#fronts.at(key)
    const front = known ?? (await Front.listen(server, host, port))
    if (!known) this.#fronts.add(key, front)
    this.#claimed.set(key, [front, server])
    return front
  }
}
