import { Semaphore, type SemaphoreInterface } from 'async-mutex'

/** Turns of parts that are received: so many at the same time in all, and of one user a share of them. */
export class PartSlots {
  readonly #all: Semaphore
  readonly #perOwner: number
  readonly #owners = new Map<string, Semaphore>()

  /** @param max in all, at least 1 */
  constructor(max: number) {
    this.#all = new Semaphore(max)
    this.#perOwner = Math.max(1, Math.floor(max / 4))
  }

  /** Waits for a turn of a user. @returns what gives it back */
  async acquire(owner: string): Promise<SemaphoreInterface.Releaser> {
    const own = this.#owners.get(owner) ?? new Semaphore(this.#perOwner)
    this.#owners.set(owner, own)
    const [, releaseOwn] = await own.acquire()
    const [, releaseAll] = await this.#all.acquire()
    return () => {
      releaseAll()
      releaseOwn()
      // Whoever waits has taken the turn by now, so nobody is in one that is whole.
      if (own.getValue() === this.#perOwner) this.#owners.delete(owner)
    }
  }
}
