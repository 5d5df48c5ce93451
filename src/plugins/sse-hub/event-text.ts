import { encodeBlock } from './encoder.ts'
import { ownPrefix } from './hub-events.ts'
import type { HubEvent } from './service.ts'

/**
 * The data of an event as text: a string as it is, anything else as JSON.
 * @throws {TypeError} for data that has no JSON
 */
export function dataText(data: unknown): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  if (typeof text !== 'string') throw new TypeError('the data of an event has no JSON')
  return text
}

/**
 * Writes an event of a plugin.
 * @throws {TypeError} for a type that cannot be sent or is the hub's own, or data that has no JSON
 * @throws {RangeError} for one of more than `maxBytes`
 */
export function encodeEvent({ data, event }: HubEvent, maxBytes: number, id?: string): string {
  if (event?.startsWith(ownPrefix)) throw new TypeError(`event types with ${ownPrefix} are the hub's own`)
  const block = encodeBlock({
    data: dataText(data),
    ...(id !== undefined && { id }),
    ...(event !== undefined && { event })
  })
  // A string has at least as many bytes as characters: most need not be counted.
  const bytes = block.length * 3 <= maxBytes ? 0 : Buffer.byteLength(block)
  if (bytes > maxBytes) throw new RangeError(`an event has at most ${maxBytes} bytes, this one has ${bytes}`)
  return block
}
