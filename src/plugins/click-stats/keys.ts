import { createHmac } from 'node:crypto'
import { networkOf } from '../../core/index.ts'

/**
 * Stands for a user at one target, so that the rows of one user at two targets cannot be told to be theirs: 22
 * characters of base64url, 128 bits.
 */
export function pseudonymOf(key: Buffer, kind: string, id: string, identity: string): string {
  return digestOf(key, 'user', kind, id, identity)
}

/** Stands for a user, or for the network of a guest, where clicks in a minute are counted. */
export function callerOf(key: Buffer, identity: string | undefined, ip: string): string {
  return identity === undefined ? digestOf(key, 'guest', networkOf(ip)) : digestOf(key, 'caller', identity)
}

/** None of the parts holds a NUL. */
function digestOf(key: Buffer, ...parts: readonly string[]): string {
  return createHmac('sha256', key).update(parts.join('\0')).digest('base64url').slice(0, 22)
}
