import { digestOf } from './key-text.ts'
import type { CacheUser } from './service.ts'
import { ownTag } from './tag.ts'

/**
 * The tag of everything that is kept for a person, whose identity it does not tell.
 * @throws {TypeError} for an identity that is none: values of several people must not end up under it
 */
export function personTag({ identity }: CacheUser): string {
  if (typeof identity !== 'string' || identity === '') throw new TypeError('The identity of a user is a text')
  return `${ownTag}person:${digestOf(identity)}`
}
