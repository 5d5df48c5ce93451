import { encodeBlock } from './encoder.ts'
import type { Gap } from './resume.ts'

/** Event types that begin so are the hub's own. */
export const ownPrefix = 'hub.'

/** The first event of a stream. Its id is where the reader resumes when nothing else comes. */
export function openBlock(position: string, recovered: boolean, retry: number): string {
  const data = JSON.stringify({ position, recovered })
  return encodeBlock({ id: position, event: 'hub.open', retry, data })
}

/**
 * Says that something may be missing. Without an id, who comes back behind it may still get what was left out; the
 * id is for what nobody gets any more.
 */
export function gapBlock(gap: Gap, id?: string): string {
  return encodeBlock({ ...(id !== undefined && { id }), event: 'hub.gap', data: JSON.stringify(gap) })
}

/** A sign of life that scripts can see. A position says that everything up to it was sent. */
export function beatBlock(position: string): string {
  return encodeBlock({ id: position, event: 'hub.beat', data: JSON.stringify({ position }) })
}

/** A sign of life for what is between. */
export const comment = Buffer.from(':\n\n')
