import { isUtf8 } from 'node:buffer'
import { parse } from 'secure-json-parse'
import { Unopenable, type Failure } from './codec.ts'

/**
 * Reads a JSON object (RFC 8259) from untrusted bytes. Duplicate names: the last one wins. A lone surrogate that is
 * escaped (`"\ud800"`) passes: it is for the consumer to refuse. A byte order mark in front is ignored (RFC 8259 §8.1).
 * @throws {Unopenable} as `failure` when the bytes are not UTF-8, not JSON, not an object, or hold the names
 * `__proto__` or `constructor.prototype`. The parser's own message quotes the text, so it is dropped.
 */
export function parseJsonObject(bytes: Buffer, failure: Failure): Record<string, unknown> {
  if (!isUtf8(bytes)) throw new Unopenable(failure)
  const value = tryParse(bytes.toString('utf8'), failure)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unopenable(failure)
  return value as Record<string, unknown>
}

function tryParse(text: string, failure: Failure): unknown {
  try {
    return parse(text)
  } catch {
    throw new Unopenable(failure)
  }
}

/**
 * Writes JSON; nothing (`undefined`) as null.
 * @throws {TypeError} for what is no JSON value: bytes, a stream, a function, a cycle, a bigint
 */
export function stringifyJson(value: unknown, indent?: number): string {
  if (
    ArrayBuffer.isView(value) ||
    value instanceof ArrayBuffer ||
    value instanceof Response ||
    isStream(value)
  )
    throw new TypeError('the value is bytes or a stream')
  const text = JSON.stringify(value ?? null, undefined, indent) as string | undefined
  if (text === undefined) throw new TypeError('the value has no JSON form')
  return text
}

function isStream(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('pipe' in value || 'getReader' in value)
}
