import type { Entry } from './entry.ts'

/** What the store that nodes share has for a key. */
export interface SharedRecord {
  readonly value: unknown
  /** Ciphertext, or a value that is bytes. */
  readonly bytes: Buffer | undefined
  /** Milliseconds since it was made, and that the work took. */
  readonly ageMs: number
  readonly workMs: number
}

/** Marks of the tags of a record; one that has changed since makes the record void. */
export type TagMarks = Readonly<Record<string, string>>

interface Written {
  readonly v?: unknown
  readonly b?: string
  /** Wall-clock milliseconds. */
  readonly createdAt: number
  readonly workMs: number
  readonly ttl: number
  readonly grace: number
  readonly tags: TagMarks
}

/**
 * The record of an entry, as text; `undefined` for values that JSON does not hold, or not all of.
 * @param createdAt wall-clock milliseconds
 */
export function encodeRecord(
  entry: Entry,
  value: unknown,
  { createdAt, tags }: { readonly createdAt: number; readonly tags: TagMarks }
): string | undefined {
  const bytes = entry.sealed ?? (value instanceof Uint8Array ? value : undefined)
  if (!bytes && !entry.plain) return undefined
  const body = bytes ? { b: Buffer.from(bytes).toString('base64') } : { v: value }
  const { ttlMs: ttl, graceMs: grace } = entry.policy
  const written: Written = {
    ...body,
    createdAt,
    workMs: entry.createdAt - entry.startedAt,
    ttl,
    grace,
    tags
  }
  return JSON.stringify(written)
}

/**
 * Reads a record. `undefined`: it is void, because one of its tags was cleared; or it is no record.
 * @param now wall-clock milliseconds; the clock of whoever wrote it may be ahead
 * @throws {SyntaxError} for what is not JSON
 */
export function decodeRecord(text: string, tags: TagMarks, now: number): SharedRecord | undefined {
  const written = JSON.parse(text) as Partial<Written> | null
  if (typeof written !== 'object' || written === null) return undefined
  const { v, b, createdAt, workMs, tags: marks } = written
  if (!isTime(createdAt) || !isTime(workMs) || (v === undefined) === (b === undefined)) return undefined
  if (b !== undefined && typeof b !== 'string') return undefined
  if (typeof marks !== 'object' || marks === null || !isSame(marks, tags)) return undefined
  const bytes = b === undefined ? undefined : Buffer.from(b, 'base64')
  return { value: v, bytes, ageMs: Math.max(0, now - createdAt), workMs }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0
}

function isSame(one: TagMarks, other: TagMarks): boolean {
  const names = Object.keys(other)
  return names.length === Object.keys(one).length && names.every(name => one[name] === other[name])
}
