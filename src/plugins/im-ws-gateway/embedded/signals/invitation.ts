import { ImError } from '../../codes.ts'
import type { Invitation } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { Groups, People } from '../contracts.ts'

/** How many people one invitation may call. */
export const inviteesMax = 200
const timeoutS = { byDefault: 60, max: 600 }

/** What an invitation is made with beside what the client says. */
export interface InvitationFrame {
  readonly inviterUserID: string
  /** Of the device that it comes from. */
  readonly platformID: number
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Names the room where the client does not. */
  readonly newRoomID: () => string
}

/**
 * An invitation as others are told of it. Who calls, from where and when is not left to the client.
 * @throws {ImError} `badArguments` without invitees, `tooLarge` with more than {@link inviteesMax}
 */
export function invitationFrom(
  given: Arguments['signalInvite']['invitation'],
  { inviterUserID, platformID, now, newRoomID }: InvitationFrame
): Invitation {
  const { inviteeUserIDList = [], groupID = '', mediaType = '', customData = '' } = given
  const invitees = [...new Set(inviteeUserIDList)].filter(userID => userID !== inviterUserID)
  if (!invitees.length) throw new ImError('badArguments', 'an invitation needs an invitee beside the inviter')
  if (invitees.length > inviteesMax) throw new ImError('tooLarge', `more than ${inviteesMax} invitees`)
  return {
    inviterUserID,
    inviteeUserIDList: invitees,
    groupID,
    roomID: given.roomID || newRoomID(),
    timeout: Math.min(given.timeout || timeoutS.byDefault, timeoutS.max),
    mediaType,
    sessionType: given.sessionType ?? (groupID ? 2 : 1),
    platformID,
    initiateTime: Math.floor(now / 1_000),
    customData
  }
}

/**
 * Those of the invitees whom the inviter may call: in a group its members without those who have blocked him, who
 * seem to be busy; otherwise all, or none.
 * @throws {ImError} `userNotFound`, `blocked`, `notFriend`; in groups `groupNotFound`, `groupDismissed`, `notInGroup`
 */
export async function callable(
  { inviterUserID, inviteeUserIDList, groupID }: Invitation,
  people: Pick<People, 'assertMayWrite'>,
  groups: Pick<Groups, 'group' | 'memberIDs'>
): Promise<readonly string[]> {
  if (!groupID) {
    await Promise.all(inviteeUserIDList.map(invitee => people.assertMayWrite(inviterUserID, invitee)))
    return inviteeUserIDList
  }
  const group = await groups.group(groupID)
  if (!group) throw new ImError('groupNotFound')
  if (group.status === dismissed) throw new ImError('groupDismissed')
  const members = await groups.memberIDs(groupID)
  if (![inviterUserID, ...inviteeUserIDList].every(userID => members.has(userID)))
    throw new ImError('notInGroup')
  const blocked = await Promise.all(
    inviteeUserIDList.map(invitee => hasBlocked(people, invitee, inviterUserID))
  )
  return inviteeUserIDList.filter((_, index) => !blocked[index])
}

const dismissed = 2

async function hasBlocked(
  people: Pick<People, 'assertMayWrite'>,
  invitee: string,
  inviter: string
): Promise<boolean> {
  try {
    await people.assertMayWrite(inviter, invitee)
    return false
  } catch (error) {
    if (!(error instanceof ImError)) throw error
    return error.code === 'blocked'
  }
}
