import { Mutex } from 'async-mutex'

/** Lets what concerns one key happen one after the other. */
export class Turns {
  readonly #mutexes = new Map<string, Mutex>()

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const mutex = this.#mutexes.get(key) ?? new Mutex()
    this.#mutexes.set(key, mutex)
    try {
      return await mutex.runExclusive(work)
    } finally {
      if (!mutex.isLocked()) this.#mutexes.delete(key)
    }
  }
}
