import type { SeenRow } from './tables.ts'
import type { SeenRows } from './seen-rows.ts'

/** Notes who of those that are watched is online, soon after it has changed. What was noted last outlives the process. */
export class Seen {
  readonly #rows: SeenRows
  readonly #onError: (error: unknown) => void
  /** As it is noted, or about to be. */
  readonly #online = new Set<string>()
  #unwritten = new Map<string, SeenRow>()
  #isWriting = false

  /** @param onError hears why something could not be noted; it is noted with what changes next */
  constructor(rows: SeenRows, onError: (error: unknown) => void) {
    this.#rows = rows
    this.#onError = onError
  }

  /**
   * Call it first.
   * @returns who was online when the process before this one ended, or had gone at `since` or later
   */
  async read(since: number): Promise<readonly string[]> {
    const rows = await this.#rows.read(since)
    for (const { userID, offlineAt } of rows) if (offlineAt === 0) this.#online.add(userID)
    return rows.map(({ userID }) => userID)
  }

  /** Whether he was online when it was noted last. */
  wasOnline(userID: string): boolean {
    return this.#online.has(userID)
  }

  /** @param now milliseconds since the epoch */
  note(userID: string, isOnline: boolean, now: number): void {
    if (isOnline === this.#online.has(userID)) return
    if (isOnline) this.#online.add(userID)
    else this.#online.delete(userID)
    this.#unwritten.set(userID, { userID, offlineAt: isOnline ? 0 : now })
    if (this.#isWriting) return
    this.#isWriting = true
    void this.#write()
  }

  async #write(): Promise<void> {
    // What changes in one turn of the event loop is one transaction.
    await new Promise(resolve => setImmediate(resolve))
    while (this.#unwritten.size) {
      const taken = this.#unwritten
      this.#unwritten = new Map()
      try {
        await this.#rows.write([...taken.values()])
      } catch (error) {
        this.#unwritten = new Map([...taken, ...this.#unwritten])
        this.#onError(error)
        break
      }
    }
    this.#isWriting = false
  }
}
