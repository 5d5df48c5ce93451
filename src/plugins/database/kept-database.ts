/** A database, as whoever hands it on needs it. */
export interface Closable {
  ping(): Promise<void>
  close(): Promise<void>
}

/**
 * A database that gateways which follow each other in a process use together: what one of them has written the other
 * reads, and writers take turns. It is open for as long as one of them is.
 */
export class KeptDatabase<Opened extends Closable> {
  /** How many use each. Usually there is one at most. */
  readonly #uses = new Map<Opened, number>()

  /**
   * The one that was opened last, unless it does not answer, or its file was replaced; else what `open` opens. Release it.
   * @throws whatever `open` does
   */
  async take(open: () => Promise<Opened>): Promise<Opened> {
    const known = [...this.#uses.keys()].at(-1)
    if (known) {
      this.#count(known, 1)
      if (await answers(known)) return known
      await this.release(known)
    }
    const opened = await open()
    this.#count(opened, 1)
    return opened
  }

  /** Closes it once nobody uses it any more. */
  async release(database: Opened): Promise<void> {
    if (this.#count(database, -1) > 0) return
    this.#uses.delete(database)
    await database.close()
  }

  #count(database: Opened, by: number): number {
    const uses = (this.#uses.get(database) ?? 0) + by
    this.#uses.set(database, uses)
    return uses
  }
}

async function answers(database: Closable): Promise<boolean> {
  return database.ping().then(
    () => true,
    () => false
  )
}
