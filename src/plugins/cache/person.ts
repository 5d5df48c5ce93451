import { digestOf } from './key-text.ts'
import type { CacheUser } from './service.ts'
import { ownTag } from './tag.ts'

/**
 * Who a user is.
 * @throws {TypeError} where that is not told: values of several people must not end up in one place
 */
export function identityOf({ identity }: Pick<CacheUser, 'identity'>): string {
  if (typeof identity === 'string' && identity !== '') return identity
  throw new TypeError('The identity of a user is a text')
}

/**
 * The tag of everything that is kept for a person, whose identity it does not tell.
 * @throws {TypeError} as {@link identityOf}
 */
export function personTag(user: Pick<CacheUser, 'identity'>): string {
  return `${ownTag}person:${digestOf(identityOf(user))}`
}
