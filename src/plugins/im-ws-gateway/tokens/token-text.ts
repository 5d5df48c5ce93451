import { createHash } from 'node:crypto'
import { ImError } from '../codes.ts'

/** The longest token that is looked at, in characters. OpenIM's have about 250. */
export const maxTokenChars = 4_096

/**
 * Refuses what cannot be a token before anything is done with it.
 * @throws {ImError} `tokenMalformed` for an empty one, one that is too long, or one with characters beyond printable ASCII
 */
export function assertTokenText(token: string): void {
  if (token.length > maxTokenChars || !/^[\x21-\x7e]+$/.test(token)) throw new ImError('tokenMalformed')
}

/** What stands for a token where the token itself must not be kept: SHA-256 in base64url, 43 characters. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/**
 * What stands for a token on the list of the kicked ones: a digest of the part that is signed. The signature has
 * several spellings in base64url (its last character carries unused bits), and all of them are the same token.
 */
export function kickedDigestOf(token: string): string {
  const end = token.lastIndexOf('.')
  return digestOf(end > 0 ? token.slice(0, end) : token)
}
