import type { Expiry } from '../../../src/plugins/state/service.ts'

/** What `State` says it does, with a clock that is a number and no thought of cost. */
export class ModelState {
  readonly #maxKeys: number
  #now = 0
  #facts = new Map<string, { readonly value: string; readonly end: number }>()

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys
  }

  /** The result of a command, or the name of the error that it throws. `hold` takes a lock for good. */
  apply(name: string, args: readonly unknown[]): unknown {
    const [key, second, third, fourth] = args
    this.#facts = new Map([...this.#facts].filter(([, { end }]) => end > this.#now))
    const id = `v ${String(key)}`
    const value = this.#facts.get(id)?.value
    switch (name) {
      case 'advance':
        this.#now += Number(key)
        return undefined
      case 'get':
        return value
      case 'set':
        return this.#put(id, String(second), third as Expiry)
      case 'compareAndSet':
        if (value !== second) return false
        if (third === undefined) this.#facts.delete(id)
        return third === undefined ? true : (this.#put(id, third as string, fourth as Expiry) ?? true)
      case 'delete':
        return this.#facts.delete(id)
      case 'increment':
        return this.#increment(id, value, second as Expiry)
      case 'scan':
        return new Map(
          [...this.#facts].filter(([k]) => k.startsWith(id)).map(([k, v]) => [k.slice(2), v.value])
        )
      case 'hold':
        if (this.#facts.has(`l ${String(key)}`)) return false
        return this.#put(`l ${String(key)}`, '', { ttlMs: Number(second) }) ?? true
      default:
        throw new Error(`no command ${name}`)
    }
  }

  #increment(id: string, value: string | undefined, expiry: Expiry): number | string {
    if (value !== undefined && !/^\d+$/.test(value)) return 'TypeError'
    const sum = Number(value ?? 0) + 1
    const known = this.#facts.get(id)
    if (!known) return this.#put(id, String(sum), expiry) ?? sum
    this.#facts.set(id, { value: String(sum), end: known.end })
    return sum
  }

  #put(id: string, value: string, { ttlMs = Infinity }: Expiry): 'StateFullError' | undefined {
    if (!this.#facts.has(id) && this.#facts.size >= this.#maxKeys) return 'StateFullError'
    this.#facts.set(id, { value, end: this.#now + ttlMs })
    return undefined
  }
}
