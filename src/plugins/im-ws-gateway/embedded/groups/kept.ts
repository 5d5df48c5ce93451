/** Loads those of the keys that exist. */
export type Load<Value> = (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>

/**
 * Values by key, loaded once and kept until they are forgotten or too many; the one that was used longest ago goes
 * first. What was being loaded when its value changed is not kept.
 */
export class Kept<Value> {
  readonly #maxWeight: number
  readonly #weigh: (value: Value) => number
  /** The one used last is at the end. */
  readonly #values = new Map<string, { readonly value: Value; readonly weight: number }>()
  readonly #loading = new Map<string, Promise<ReadonlyMap<string, Value>>>()
  #weight = 0

  /** @param weigh what a value counts at the time when it is kept */
  constructor(maxWeight: number, weigh: (value: Value) => number) {
    this.#maxWeight = maxWeight
    this.#weigh = weigh
  }

  get size(): number {
    return this.#values.size
  }

  /** The value if it is here. */
  peek(key: string): Value | undefined {
    const entry = this.#values.get(key)
    if (!entry) return undefined
    this.#values.delete(key)
    this.#values.set(key, entry)
    return entry.value
  }

  async get(key: string, load: Load<Value>): Promise<Value | undefined> {
    return this.peek(key) ?? (await this.getAll([key], load)).get(key)
  }

  /** Those that exist, in the order of `keys`. */
  async getAll(keys: readonly string[], load: Load<Value>): Promise<Map<string, Value>> {
    const found = new Map<string, Value>()
    const missing: string[] = []
    const waits = new Map<string, Promise<ReadonlyMap<string, Value>>>()
    for (const key of new Set(keys)) {
      const value = this.peek(key)
      const loading = this.#loading.get(key)
      if (value !== undefined) found.set(key, value)
      else if (loading) waits.set(key, loading)
      else missing.push(key)
    }
    if (missing.length > 0) {
      const batch = this.#start(missing, load)
      for (const key of missing) waits.set(key, batch)
    }
    if (waits.size === 0) return found
    for (const [key, wait] of waits) {
      const value = (await wait).get(key)
      if (value !== undefined) found.set(key, value)
    }
    const inOrder = keys.flatMap(key => {
      const value = found.get(key)
      return value === undefined ? [] : [[key, value] as const]
    })
    return new Map(inOrder)
  }

  set(key: string, value: Value): void {
    this.forget(key)
    const weight = this.#weigh(value)
    this.#values.set(key, { value, weight })
    this.#weight += weight
    for (const [oldest, entry] of this.#values) {
      if (this.#weight <= this.#maxWeight || oldest === key) break
      this.#values.delete(oldest)
      this.#weight -= entry.weight
    }
  }

  forget(key: string): void {
    this.#loading.delete(key)
    this.#weight -= this.#values.get(key)?.weight ?? 0
    this.#values.delete(key)
  }

  #start(keys: readonly string[], load: Load<Value>): Promise<ReadonlyMap<string, Value>> {
    const batch = load(keys)
    const keep = (values?: ReadonlyMap<string, Value>): void => {
      for (const key of keys) {
        if (this.#loading.get(key) !== batch) continue
        this.#loading.delete(key)
        const value = values?.get(key)
        if (value !== undefined) this.set(key, value)
      }
    }
    for (const key of keys) this.#loading.set(key, batch)
    batch.then(keep, () => keep())
    return batch
  }
}
