/**
 * What was read last, up to a total weight; what nobody asked for longest goes first. It keeps promises, so that what
 * is read once for many who ask at a time, and so that a reading which began before a change cannot come back after
 * the change was made known by `forget`.
 */
export class Recent<Value> {
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #maxWeight: number
  readonly #weightOf: (value: Value) => number
  #weight = 0

  /** @param weightOf default: each weighs 1 */
  constructor(maxWeight: number, weightOf: (value: Value) => number = () => 1) {
    this.#maxWeight = maxWeight
    this.#weightOf = weightOf
  }

  /** The weight of all that is kept. What is still being read weighs 1. */
  get weight(): number {
    return this.#weight
  }

  get(key: string): Promise<Value> | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  /** Keeps what is being read, unless that fails. */
  put(key: string, value: Promise<Value>): Promise<Value> {
    this.forget(key)
    const entry = { value, weight: 1 }
    this.#entries.set(key, entry)
    this.#grow(1)
    void this.#weigh(key, entry)
    return value
  }

  /** Call it once a change is committed. */
  forget(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    this.#weight -= entry.weight
  }

  async #weigh(key: string, entry: Entry<Value>): Promise<void> {
    const weight = await entry.value.then(this.#weightOf, () => undefined)
    if (this.#entries.get(key) !== entry) return
    if (weight === undefined) return this.forget(key)
    const more = weight - entry.weight
    entry.weight = weight
    this.#grow(more)
  }

  #grow(by: number): void {
    this.#weight += by
    for (const key of this.#entries.keys()) {
      if (this.#weight <= this.#maxWeight) break
      this.forget(key)
    }
  }
}

interface Entry<Value> {
  readonly value: Promise<Value>
  weight: number
}
