import type { IncomingHttpHeaders } from 'node:http'
import { Unopenable } from './codec.ts'

/**
 * A header that stands at most once.
 * @throws {Unopenable} when it stands more than once
 */
export function singleHeader(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  // Node joins repeated headers with a comma and a space.
  if (Array.isArray(value) || value?.includes(', ')) throw new Unopenable('format')
  return value
}

/**
 * A time in whole seconds since the Unix epoch, ten digits, as milliseconds.
 * @throws {Unopenable} for anything else
 */
export function readSeconds(text: string): number {
  if (!/^\d{10}$/.test(text)) throw new Unopenable('format')
  return Number(text) * 1000
}
