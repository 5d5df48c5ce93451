import { ImError } from '../../codes.ts'
import type { FriendRequest, User } from '../../model.ts'
import type { Device } from '../../user-core.ts'
import type { Chat, Delivery, Part } from '../contracts.ts'
import { requestOf } from './cards.ts'
import { assertRoomForFriend, tellFriendsAdded } from './friendships.ts'
import type { Relations } from './relations.ts'
import type { Requests } from './requests.ts'
import type { RequestRow } from './tables.ts'
import type { Users } from './users.ts'

/** Content type of the line that a friendship begins with. */
const friendshipNotice = 1201

export interface ApplicationPartNeeds {
  readonly users: Users
  readonly relations: Relations
  readonly requests: Requests
  readonly delivery: Delivery
  readonly chat: () => Chat
}

type ApplicationNames =
  | 'addFriend'
  | 'acceptFriendApplication'
  | 'refuseFriendApplication'
  | 'getFriendApplicationsAsRecipient'
  | 'getFriendApplicationsAsApplicant'

/** Applications to become friends. Both sides hear of each step, the one who took it first. */
export function applicationPart(needs: ApplicationPartNeeds): Part<ApplicationNames> {
  const { users, relations, requests, delivery, chat } = needs

  const listed = async (rows: readonly RequestRow[]): Promise<readonly FriendRequest[]> => {
    const people = await users.findAll(rows.flatMap(row => [row.fromUserID, row.toUserID]))
    return rows.flatMap(row => {
      const from = people.get(row.fromUserID)
      const to = people.get(row.toUserID)
      return from && to ? [requestOf(row, from, to)] : []
    })
  }

  const tell = (
    kind: 'friendApplicationAdded' | 'friendApplicationAccepted' | 'friendApplicationRejected',
    rows: readonly RequestRow[],
    [actor, other]: readonly [User, User],
    cause: Device
  ): void => {
    const events = rows.map(row => {
      const [from, to] = row.fromUserID === actor.userID ? [actor, other] : [other, actor]
      return { kind, request: requestOf(row, from, to) }
    })
    for (const event of events) delivery.toUser(actor.userID, event, { cause })
    for (const event of events) delivery.toUser(other.userID, event)
  }

  const both = async (userID: string, other: string): Promise<readonly [User, User] | undefined> => {
    const people = await users.findAll([userID, other])
    const [self, peer] = [people.get(userID), people.get(other)]
    return self && peer && [self, peer]
  }

  return {
    /**
     * A repeated application replaces the one before, whatever became of that. It stays an application where the
     * other side has applied too, and where only one of them has the other among his friends.
     */
    async addFriend(userID, { toUserID, reqMsg = '', ex = '' }, device) {
      if (toUserID === userID) throw new ImError('cannotAddSelf')
      const pair = await both(userID, toUserID)
      if (!pair) throw new ImError('userNotFound')
      if (await relations.hasBlocked(toUserID, userID)) throw new ImError('blocked')
      const [own, theirs] = await Promise.all([relations.friends(userID), relations.friends(toUserID)])
      if (own.has(toUserID) && theirs.has(userID)) throw new ImError('alreadyFriends')
      const row = await requests.open({ fromUserID: userID, toUserID, reqMsg, ex })
      tell('friendApplicationAdded', [row], pair, device)
    },

    /** Settles an open application in the other direction too, as accepted by the one who had sent this one. */
    async acceptFriendApplication(userID, { toUserID: applicant, handleMsg = '' }, device) {
      const pair = await both(userID, applicant)
      if (!pair) throw new ImError('recordNotFound')
      await assertRoomForFriend(relations, userID, applicant)
      const settled = await requests.accept(applicant, userID, handleMsg)
      relations.friendsChanged([userID, applicant])
      tell('friendApplicationAccepted', settled.requests, pair, device)
      if (!settled.friends.length) return
      tellFriendsAdded(settled.friends, pair, delivery, { userID, device })
      const fromToUserID = { fromUserID: applicant, toUserID: userID }
      await chat().notice(
        {
          contentType: friendshipNotice,
          sendID: userID,
          recvID: applicant,
          detail: { fromToUserID, handleMsg },
          tips: 'You are friends now.'
        },
        { cause: device }
      )
    },

    async refuseFriendApplication(userID, { toUserID: applicant, handleMsg = '' }, device) {
      const pair = await both(userID, applicant)
      if (!pair) throw new ImError('recordNotFound')
      const row = await requests.refuse(applicant, userID, handleMsg)
      tell('friendApplicationRejected', [row], pair, device)
    },

    getFriendApplicationsAsRecipient: async userID => listed(await requests.list('toUserID', userID)),
    getFriendApplicationsAsApplicant: async userID => listed(await requests.list('fromUserID', userID))
  }
}
