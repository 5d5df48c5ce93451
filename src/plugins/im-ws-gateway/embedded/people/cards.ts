import type { Black, Friend, FriendRequest, PublicUser, User, UserCard } from '../../model.ts'
import type { Relations } from './relations.ts'
import type { BlackRow, FriendRow, RequestRow } from './tables.ts'
import type { Users } from './users.ts'

/** What anybody may know of a user. */
export function publicUser({ userID, nickname, faceURL, ex, createTime, gender }: User): PublicUser {
  return { userID, nickname, faceURL, ex, createTime, gender }
}

export function friendOf(row: FriendRow, user: User): Friend {
  const { nickname, faceURL, gender, phoneNumber, birth, email } = user
  return { ...row, nickname, faceURL, gender, phoneNumber, birth, email, ex: '', isPinned: false }
}

export function blackOf(row: BlackRow, { nickname, faceURL, gender }: User): Black {
  return { ...row, nickname, faceURL, gender, addSource: 0, operatorUserID: row.ownerUserID }
}

/** An application with both sides as they are now. */
export function requestOf(row: RequestRow, from: User, to: User): FriendRequest {
  return {
    ...row,
    fromNickname: from.nickname,
    fromFaceURL: from.faceURL,
    fromGender: from.gender,
    toNickname: to.nickname,
    toFaceURL: to.faceURL,
    toGender: to.gender
  }
}

/** People as a viewer knows them, in the order of `userIDs`; those that do not exist are left out. */
export async function cardsFor(
  viewer: string,
  userIDs: Iterable<string>,
  users: Users,
  relations: Relations
): Promise<readonly UserCard[]> {
  const [found, friends, blacks] = await Promise.all([
    users.findAll(userIDs),
    relations.friends(viewer),
    relations.blacks(viewer)
  ])
  return [...found.values()].map(user => {
    const friend = friends.get(user.userID)
    const black = blacks.get(user.userID)
    return {
      publicInfo: publicUser(user),
      friendInfo: friend ? friendOf(friend, user) : null,
      blackInfo: black ? blackOf(black, user) : null
    }
  })
}
