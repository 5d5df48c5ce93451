import { ImError } from '../../codes.ts'
import type { Clock } from '../../../../core/index.ts'
import type { Delivery, Part } from '../contracts.ts'
import { blackOf, cardsFor } from './cards.ts'
import type { Relations } from './relations.ts'
import type { Users } from './users.ts'

/** How many may be on a blacklist. */
export const blacksMax = 10_000

export interface BlackPartNeeds {
  readonly users: Users
  readonly relations: Relations
  readonly delivery: Delivery
  readonly clock: Clock
}

/**
 * The blacklist. Whoever is on it can neither write nor apply; he is not told, and stays a friend if he is one.
 * Blocking somebody twice, and unblocking somebody who is not blocked, changes nothing and is no error.
 */
export function blackPart({
  users,
  relations,
  delivery,
  clock
}: BlackPartNeeds): Part<'addBlack' | 'removeBlack' | 'getBlacks'> {
  return {
    async addBlack(userID, { userID: other, ex = '' }, device) {
      if (other === userID) throw new ImError('badArguments', 'nobody can block himself')
      const [user, blacks] = await Promise.all([users.find(other), relations.blacks(userID)])
      if (!user) throw new ImError('userNotFound')
      if (blacks.size >= blacksMax) throw new ImError('tooLarge', `more than ${blacksMax} users are blocked`)
      const row = { ownerUserID: userID, userID: other, createTime: clock.now(), ex }
      if (!(await relations.addBlack(row))) return
      delivery.toUser(userID, { kind: 'blackAdded', black: blackOf(row, user) }, { cause: device })
    },

    async removeBlack(userID, { userID: other }, device) {
      const [row, user] = await Promise.all([relations.removeBlack(userID, other), users.find(other)])
      if (!row || !user) return
      delivery.toUser(userID, { kind: 'blackDeleted', black: blackOf(row, user) }, { cause: device })
    },

    async getBlacks(userID) {
      const blacks = await relations.blacks(userID)
      return cardsFor(userID, blacks.keys(), users, relations)
    }
  }
}
