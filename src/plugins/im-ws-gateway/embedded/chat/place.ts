import { conversationIDs, sessionType, type Group } from '../../model.ts'

/** Where messages stand: between two users, in a group, or before one user as notifications. */
export type Place =
  | { readonly type: 1; readonly sendID: string; readonly recvID: string }
  | { readonly type: 2 | 3; readonly groupID: string }
  | { readonly type: 4; readonly sendID: string; readonly recvID: string }

/** Where the messages of a group stand. */
export function groupPlace({ groupID, groupType }: Pick<Group, 'groupID' | 'groupType'>): Place {
  return { type: groupType === 0 ? sessionType.group : sessionType.superGroup, groupID }
}

const pair = (one: string, other: string): string => `${one.length}_${one}_${other}`

/**
 * What its rows are found by. Unlike the ids that clients see it is never the same for two of them: `si_a_b_c` is the
 * chat of `a` with `b_c`, and of `a_b` with `c`.
 */
export function keyOf(place: Place): string {
  switch (place.type) {
    case sessionType.single: {
      const [one = '', other = ''] = [place.sendID, place.recvID].toSorted()
      return `si_${pair(one, other)}`
    }
    case sessionType.notification:
      return `sn_${pair(place.sendID, place.recvID)}`
    default:
      return conversationIDs.group(place.groupID)
  }
}

/** The place as one of those in it has it in his list: with the other side, the group, or the sender. */
export function placeOf(userID: string, type: number, sourceID: string): Place {
  if (type === sessionType.single) return { type, sendID: userID, recvID: sourceID }
  if (type === sessionType.notification) return { type, sendID: sourceID, recvID: userID }
  return { type: type === sessionType.group ? 2 : 3, groupID: sourceID }
}

/** Whom or what a user sees there. */
export function sourceOf(place: Place, userID: string): string {
  if ('groupID' in place) return place.groupID
  if (place.type === sessionType.notification) return place.sendID
  return place.sendID === userID ? place.recvID : place.sendID
}

/** The id that clients know it by. */
export function conversationIDOf(place: Place): string {
  if ('groupID' in place) return conversationIDs.group(place.groupID)
  return place.type === sessionType.single
    ? conversationIDs.single(place.sendID, place.recvID)
    : conversationIDs.notification(place.sendID, place.recvID)
}
