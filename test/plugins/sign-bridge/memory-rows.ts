import type { Change, PinRow, PinRows } from '../../../src/plugins/sign-bridge/pin-guard-rows.ts'

/** Rows of a PIN guard without a database, for as many guards as there may be. */
export class MemoryRows implements PinRows {
  /** Set with every call. */
  used = false
  readonly #rows = new Map<string, PinRow>()

  async of(targets: readonly string[]): Promise<readonly PinRow[]> {
    this.used = true
    return this.#of(targets)
  }

  async all(): Promise<readonly PinRow[]> {
    return [...this.#rows.values()]
  }

  async change<T>(targets: readonly string[], work: (known: readonly PinRow[]) => Change<T>): Promise<T> {
    this.used = true
    const { rows, result } = work(this.#of(targets))
    for (const row of rows) this.#rows.set(`${row.target} ${row.pin}`, row)
    return result
  }

  async forget(targets: readonly string[]): Promise<void> {
    for (const [key, { target }] of this.#rows) if (targets.includes(target)) this.#rows.delete(key)
  }

  #of(targets: readonly string[]): PinRow[] {
    return [...this.#rows.values()].filter(({ target }) => targets.includes(target))
  }
}
