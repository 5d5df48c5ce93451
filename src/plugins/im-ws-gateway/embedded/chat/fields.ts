import { ImError } from '../../codes.ts'

export type Fields = Readonly<Record<string, unknown>>

const wrong = (name: string, wanted: string): ImError =>
  new ImError('badArguments', `${name} must be ${wanted}`)

/** The fields of an object that a client has given. @throws {ImError} `badArguments` */
export function fields(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name, 'an object')
  return value as Fields
}

/** A text; missing: the empty one. @throws {ImError} `badArguments` */
export function text(from: Fields, name: string): string {
  const value = from[name] ?? ''
  if (typeof value !== 'string') throw wrong(name, 'a string')
  return value
}

/** A finite number; missing: 0. @throws {ImError} `badArguments` */
export function amount(from: Fields, name: string): number {
  const value = from[name] ?? 0
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(name, 'a number')
  return value
}

/** A whole number; missing: 0. @throws {ImError} `badArguments` */
export function whole(from: Fields, name: string): number {
  const value = amount(from, name)
  if (!Number.isSafeInteger(value)) throw wrong(name, 'a whole number')
  return value
}

/** A list; missing: the empty one. @throws {ImError} `badArguments`, `tooLarge` for more than 1,000 members */
export function list<Item>(from: Fields, name: string, read: (value: unknown) => Item): readonly Item[] {
  const value = from[name] ?? []
  if (!Array.isArray(value)) throw wrong(name, 'a list')
  if (value.length > 1_000) throw new ImError('tooLarge', `${name} has more than 1000 members`)
  return value.map(read)
}

/** A list of texts; missing: the empty one. @throws {ImError} `badArguments`, `tooLarge` */
export function texts(from: Fields, name: string): readonly string[] {
  return list(from, name, value => {
    if (typeof value !== 'string') throw wrong(name, 'a list of strings')
    return value
  })
}
