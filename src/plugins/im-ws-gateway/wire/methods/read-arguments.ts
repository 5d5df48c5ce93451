import { ImError } from '../../codes.ts'
import { isJsonObject, parseJson, type JsonObject } from '../json.ts'
import type { Item, Member, ObjectItem } from './notation.ts'

/**
 * The arguments in the `data` of a frame of 2.x.
 * @param item `undefined`: there are none
 * @throws {ImError} `badArguments`
 */
export function readData(item: Item | undefined, data: string): JsonObject {
  const args: JsonObject = {}
  if (item) read(item, data, 'data', args)
  return args
}

/**
 * The arguments in the `data` of a frame of 3.x, which is a list in JSON. Those that are missing at its end are absent,
 * and those that a method has no use for are passed over. What is no list is taken for the only argument.
 * @throws {ImError} `badArguments`
 */
export function readList(items: readonly Item[], data: string): JsonObject {
  const parsed = data === '' ? [] : parseJson(data, 'data')
  const values: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed]
  const args: JsonObject = {}
  items.forEach((item, index) => read(item, values[index], `argument ${index + 1}`, args))
  return args
}

function read(item: Item, value: unknown, what: string, args: JsonObject): void {
  if (value === null || value === undefined) return
  if (item.kind === 'value') return set(args, item.to, item.json ? fromJson(value, item.to) : value)
  if (item.kind === 'object') return readObject(item, value, what, args)
  const isObject = typeof value === 'string' ? value.trimStart().startsWith('{') : isJsonObject(value)
  read(isObject ? item.object : item.value, value, what, args)
}

function readObject({ members }: ObjectItem, value: unknown, what: string, args: JsonObject): void {
  const object = fromJson(value, what)
  if (object === undefined) return
  if (!isJsonObject(object)) throw new ImError('badArguments', `${what} is no object`)
  for (const member of members) readMember(member, object, args)
}

function readMember({ from, to, json }: Member, object: JsonObject, args: JsonObject): void {
  const value = from === undefined ? object : json ? fromJson(object[from], from) : object[from]
  if (to !== undefined) return set(args, to, value)
  if (value === null || value === undefined) return
  if (!isJsonObject(value)) throw new ImError('badArguments', `${from} is no object`)
  for (const [name, each] of Object.entries(value)) set(args, name, each)
}

/** A JSON text is opened; an empty one, which clients write for what is absent, is absent. */
function fromJson(value: unknown, what: string): unknown {
  if (typeof value !== 'string') return value
  return value.trim() === '' ? undefined : parseJson(value, what)
}

function set(args: JsonObject, name: string, value: unknown): void {
  if (value !== null && value !== undefined) args[name] = value
}
