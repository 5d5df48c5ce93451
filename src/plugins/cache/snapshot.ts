/** A value as it is stored. */
export interface Snapshot {
  /** A copy of objects and arrays, deeply frozen. Instances of classes, bytes among them, are the same as in the original. */
  readonly value: unknown
  /** Estimated memory. */
  readonly bytes: number
  /** JSON says all of it. */
  readonly plain: boolean
}

/** Nested deeper, as a circle is, a value cannot be stored. */
const maxDepth = 500

/**
 * Copies and freezes a value and weighs it; `undefined` when it is heavier than `maxBytes`, or nested more than 500 deep.
 */
export function snapshotOf(value: unknown, maxBytes: number): Snapshot | undefined {
  const scale = new Scale(maxBytes)
  const copy = scale.copy(value, 0)
  if (scale.bytes > maxBytes) return undefined
  return { value: copy, bytes: scale.bytes, plain: scale.plain }
}

/** Whether it is an object as JSON has it: no array, no instance of a class. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** About what the engine takes for each. Texts are taken for two bytes a character. */
const weight = { object: 56, member: 24, item: 8, text: 24, number: 16, instance: 128 }

class Scale {
  bytes = 0
  plain = true
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  copy(value: unknown, depth: number): unknown {
    if (typeof value === 'string') this.bytes += weight.text + 2 * value.length
    else if (typeof value === 'number') {
      this.bytes += weight.number
      if (!Number.isFinite(value)) this.plain = false
    } else if (typeof value === 'object' && value !== null) return this.#copyObject(value, depth)
    else if (typeof value !== 'boolean' && value !== null && value !== undefined) return this.#keep(value)
    return value
  }

  #copyObject(value: object, depth: number): unknown {
    if (depth > maxDepth) this.bytes = Infinity
    if (this.bytes > this.#maxBytes) return undefined
    if (Array.isArray(value)) return this.#copyArray(value, depth)
    if (!isPlainObject(value)) return this.#keep(value)
    const copy: Record<string, unknown> = {}
    this.bytes += weight.object
    for (const name of Object.keys(value)) {
      if (this.bytes > this.#maxBytes) return undefined
      this.bytes += weight.member + 2 * name.length
      const member = this.copy(value[name], depth + 1)
      // A plain assignment of `__proto__` would change what the object is.
      if (name === '__proto__') Object.defineProperty(copy, name, { value: member, enumerable: true })
      else copy[name] = member
    }
    return Object.freeze(copy)
  }

  #copyArray(value: readonly unknown[], depth: number): unknown {
    this.bytes += weight.object + weight.item * value.length
    const copy: unknown[] = []
    for (const item of value) {
      if (this.bytes > this.#maxBytes) return undefined
      if (item === undefined) this.plain = false
      copy.push(this.copy(item, depth + 1))
    }
    return Object.freeze(copy)
  }

  #keep(value: unknown): unknown {
    this.plain = false
    this.bytes += ArrayBuffer.isView(value) ? weight.instance + value.byteLength : weight.instance
    return value
  }
}
