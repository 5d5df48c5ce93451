import type { Clock } from '../../../../core/index.ts'
import type { ImSettings } from '../../config.ts'
import { ImError } from '../../codes.ts'
import type { Burning } from './burning.ts'
import type { Group, User } from '../../model.ts'
import type { Delivery, Groups, People } from '../contracts.ts'
import { isStorable } from '../people/storable.ts'
import type { Memory } from './memory.ts'
import { groupPlace, type Place } from './place.ts'
import type { Acknowledged } from './repeats.ts'
import type { Appearance } from './seat.ts'
import type { ChatDb } from './tables.ts'
import type { Turns } from './turns.ts'
import type { UserChat } from './user-chat.ts'

/** What all operations on conversations and messages work with. */
export interface ChatContext {
  readonly db: ChatDb
  readonly memory: Memory
  readonly turns: Turns
  readonly acknowledged: Acknowledged
  readonly burning: Pick<Burning, 'arm'>
  readonly people: () => People
  readonly groups: () => Groups
  readonly delivery: Delivery
  readonly clock: Clock
  readonly settings: Pick<ImSettings, 'revokeWithinS' | 'historyForNewMembers'>
  readonly randomBytes: (size: number) => Uint8Array
}

/** The conversations of a user. His core is open, or nothing would be asked for him. */
export function chatOf(context: ChatContext, userID: string): UserChat {
  const user = context.memory.users.get(userID)
  if (!user) throw new ImError('notLoggedIn')
  return user
}

/** Who sends something. */
export type Sender = Pick<User, 'userID' | 'nickname' | 'faceURL'>

/** A user as the sender of a message. Somebody who does not exist has no name. */
export async function senderOf({ people }: ChatContext, userID: string): Promise<Sender> {
  const user = await people().user(userID)
  return { userID, nickname: user?.nickname ?? '', faceURL: user?.faceURL ?? '' }
}

/** A group, if there was ever one. Its id comes from a client. */
export async function groupOf({ groups }: ChatContext, groupID: string): Promise<Group | undefined> {
  return isStorable(groupID) ? groups().group(groupID) : undefined
}

/** @throws {ImError} `groupNotFound` */
export async function placeOfGroup(context: ChatContext, groupID: string): Promise<Place> {
  const group = await groupOf(context, groupID)
  if (!group) throw new ImError('groupNotFound')
  return groupPlace(group)
}

/** How a conversation looks to a user. */
export async function appearanceOf(context: ChatContext, userID: string, place: Place): Promise<Appearance> {
  if ('groupID' in place) {
    const group = await context.groups().group(place.groupID)
    return { showName: group?.groupName ?? place.groupID, faceURL: group?.faceURL ?? '' }
  }
  const source = place.type === 1 && place.sendID === userID ? place.recvID : place.sendID
  const shown = (await context.people().shown(userID, [source])).get(source)
  return { showName: shown?.shownName || source, faceURL: shown?.faceURL ?? '' }
}

const none: ReadonlyMap<string, Appearance> = new Map()

/** The same for all whose core is open and who do not have the conversation yet. */
export async function appearancesFor(
  context: ChatContext,
  senders: readonly string[],
  place: Place
): Promise<ReadonlyMap<string, Appearance>> {
  const { memory } = context
  const concerned = 'groupID' in place ? senders : [...senders, place.recvID]
  const lacking = concerned.filter(id => memory.users.has(id) && !memory.seat(id, place))
  if (!lacking.length) return none
  const found = lacking.map(async id => [id, await appearanceOf(context, id, place)] as const)
  return new Map(await Promise.all(found))
}
