import { ImError } from '../../codes.ts'
import type { Group, GroupMember } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { GroupContext } from './context.ts'
import { findMembers, listMembers, listMembersByJoinTime } from './members.ts'
import { shownMembers } from './shown.ts'

/** The groups in use that a user is in, by when he joined. */
export async function getJoinedGroups({ store }: GroupContext, userID: string): Promise<readonly Group[]> {
  const groups = await store.groups(await store.joinedGroupIDs(userID))
  return [...groups.values()]
}

/** Those that exist, for everybody, in the order of the ids. */
export async function getGroups(
  { store }: GroupContext,
  _userID: string,
  { groupIDList }: Arguments['getGroups']
): Promise<readonly Group[]> {
  const groups = await store.groups(groupIDList)
  return [...groups.values()]
}

/** A page of members. Whoever is not among them sees none. @throws {ImError} `groupNotFound` */
export function getGroupMembers(
  context: GroupContext,
  userID: string,
  args: Arguments['getGroupMembers']
): Promise<readonly GroupMember[]> {
  return forMembers(context, userID, args.groupID, () => listMembers(context.store, args.groupID, args))
}

/** Those who are members, in the order of the ids, to members. @throws {ImError} `groupNotFound` */
export function getSpecifiedGroupMembers(
  context: GroupContext,
  userID: string,
  { groupID, userIDList }: Arguments['getSpecifiedGroupMembers']
): Promise<readonly GroupMember[]> {
  return forMembers(context, userID, groupID, () => findMembers(context.store, groupID, userIDList))
}

/** The owner and the admins, to members. @throws {ImError} `groupNotFound` */
export function getGroupOwnerAndAdmins(
  context: GroupContext,
  userID: string,
  { groupID }: Arguments['getGroupOwnerAndAdmins']
): Promise<readonly GroupMember[]> {
  return forMembers(context, userID, groupID, () => listMembers(context.store, groupID, { filter: 5 }))
}

/** Members who joined in a span of time, the latest first, to members. @throws {ImError} `groupNotFound` */
export function getGroupMembersByJoinTime(
  context: GroupContext,
  userID: string,
  args: Arguments['getGroupMembersByJoinTime']
): Promise<readonly GroupMember[]> {
  return forMembers(context, userID, args.groupID, () =>
    listMembersByJoinTime(context.store, args.groupID, args)
  )
}

/** The groups that a user is in whose id or name has one of the words. Without a choice: either. */
export async function searchGroups(
  context: GroupContext,
  userID: string,
  { keywordList, isSearchGroupID, isSearchGroupName }: Arguments['searchGroups']
): Promise<readonly Group[]> {
  const both = !isSearchGroupID && !isSearchGroupName
  const has = matcher(keywordList)
  const groups = await getJoinedGroups(context, userID)
  return groups.filter(
    ({ groupID, groupName }) =>
      ((both || isSearchGroupID) && has(groupID)) || ((both || isSearchGroupName) && has(groupName))
  )
}

/**
 * A page of the members whose id, or name as it is shown, has one of the words. Without a choice: either.
 * @throws {ImError} `groupNotFound`
 */
export async function searchGroupMembers(
  context: GroupContext,
  userID: string,
  args: Arguments['searchGroupMembers']
): Promise<readonly GroupMember[]> {
  const { keywordList, isSearchUserID, isSearchMemberNickname, offset = 0, count = 0 } = args
  const both = !isSearchUserID && !isSearchMemberNickname
  const has = matcher(keywordList)
  const members = await getGroupMembers(context, userID, { groupID: args.groupID })
  const found = members.filter(
    member =>
      ((both || isSearchUserID) && has(member.userID)) ||
      ((both || isSearchMemberNickname) && has(member.nickname))
  )
  return found.slice(offset, count ? offset + count : undefined)
}

async function forMembers(
  { store, people }: GroupContext,
  userID: string,
  groupID: string,
  list: () => Promise<readonly GroupMember[]>
): Promise<readonly GroupMember[]> {
  if (!(await store.group(groupID))) throw new ImError('groupNotFound')
  const { ids } = await store.roster(groupID)
  return ids.has(userID) ? shownMembers(people(), await list()) : []
}

/** Whether a text has one of the words, whatever the case. Empty words are none. */
function matcher(words: readonly string[]): (text: string) => boolean {
  const sought = words.filter(word => word !== '').map(word => word.toLowerCase())
  return text => {
    const lower = text.toLowerCase()
    return sought.some(word => lower.includes(word))
  }
}
