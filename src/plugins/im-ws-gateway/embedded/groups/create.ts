import { ImError } from '../../codes.ts'
import { role, type Group, type GroupMember } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { DeliverOptions } from '../../user-core.ts'
import type { BackOffice } from '../contracts.ts'
import { insertGroup } from './group-changes.ts'
import { tooMany } from './member-changes.ts'
import type { GroupContext } from './context.ts'
import { joinSource, newMember } from './joining.ts'
import { notices } from './notices.ts'
import { shownMembers } from './shown.ts'

/** What a group is made of. Missing: empty, or 0; `groupType` 2. */
export interface NewGroup {
  readonly info: Partial<
    Omit<Group, 'ownerUserID' | 'creatorUserID' | 'memberCount' | 'createTime' | 'status'>
  >
  readonly ownerUserID: string
  readonly memberUserIDs: readonly string[]
  readonly adminUserIDs: readonly string[]
}

/**
 * A user makes a group, which he owns.
 * @throws {ImError} `noPermission` for a group of somebody else; what {@link makeGroup} throws
 */
export async function createGroup(
  context: GroupContext,
  userID: string,
  { groupInfo, memberUserIDs = [], adminUserIDs = [], ownerUserID }: Arguments['createGroup'],
  options: DeliverOptions
): Promise<Group> {
  if (ownerUserID && ownerUserID !== userID)
    throw new ImError('noPermission', 'whoever creates a group owns it')
  return makeGroup(context, { info: groupInfo, ownerUserID: userID, memberUserIDs, adminUserIDs }, options)
}

/** A back end makes a group. @throws {ImError} what {@link makeGroup} throws */
export function importGroup(
  context: GroupContext,
  given: Parameters<BackOffice['importGroup']>[0]
): Promise<Group> {
  const { ownerUserID, memberUserIDs, adminUserIDs = [], ...info } = given
  return makeGroup(context, { info, ownerUserID, memberUserIDs, adminUserIDs }, {})
}

/** @throws {ImError} `userNotFound`, `duplicate`, or `badArguments` when they are too many */
async function makeGroup(context: GroupContext, given: NewGroup, options: DeliverOptions): Promise<Group> {
  const { people, chat, delivery, turns, settings } = context
  const roles = rolesIn(given)
  if (roles.size > settings.maxGroupMembers) throw tooMany(settings.maxGroupMembers)
  const users = await people().users([...roles.keys()])
  if (users.size < roles.size) throw new ImError('userNotFound')
  return withNewID(context, given.info.groupID, groupID =>
    turns.take(groupID, async () => {
      const group = groupOf(context, groupID, given, roles.size)
      const rows = membersOf(group, roles)
      await insertGroup(context.store, group, rows)
      const members = await shownMembers(people(), rows)
      const joined = members.map(({ userID }) => userID)
      delivery.toUsers(joined, { kind: 'joinedGroupAdded', group }, options)
      await chat().membersChanged({ groupID, joined }, options)
      const [opUser = rows[0]!] = members
      await chat().notice(
        notices.created({ group, opUser, operationTime: group.createTime }, members),
        options
      )
      return group
    })
  )
}

/** Roles by user id, the owner first, each user once. */
function rolesIn({ ownerUserID, memberUserIDs, adminUserIDs }: NewGroup): Map<string, number> {
  const roles = new Map<string, number>([[ownerUserID, role.owner]])
  for (const userID of adminUserIDs) if (!roles.has(userID)) roles.set(userID, role.admin)
  for (const userID of memberUserIDs) if (!roles.has(userID)) roles.set(userID, role.member)
  return roles
}

function groupOf({ clock }: GroupContext, groupID: string, given: NewGroup, memberCount: number): Group {
  const now = clock.now()
  const { info, ownerUserID } = given
  const announced = Boolean(info.notification)
  return {
    groupID,
    groupName: info.groupName ?? '',
    notification: info.notification ?? '',
    notificationUpdateTime: announced ? now : 0,
    notificationUserID: announced ? ownerUserID : '',
    introduction: info.introduction ?? '',
    faceURL: info.faceURL ?? '',
    createTime: now,
    status: 0,
    creatorUserID: ownerUserID,
    groupType: info.groupType ?? 2,
    ownerUserID,
    memberCount,
    ex: info.ex ?? '',
    needVerification: info.needVerification ?? 0,
    lookMemberInfo: info.lookMemberInfo ?? 0,
    applyMemberFriend: info.applyMemberFriend ?? 0
  }
}

function membersOf(group: Group, roles: ReadonlyMap<string, number>): GroupMember[] {
  const { groupID, ownerUserID, createTime } = group
  const came = { groupID, joinTime: createTime, joinSource: joinSource.invited, operatorUserID: ownerUserID }
  return Array.from(roles, ([userID, roleLevel]) =>
    newMember({ ...came, userID, roleLevel, inviterUserID: userID === ownerUserID ? '' : ownerUserID })
  )
}

/** How often another id is tried when one is taken. */
const attempts = 8

/** Does it with the given id, or else with one of ten digits that is not taken. */
async function withNewID<Result>(
  { randomBytes }: GroupContext,
  groupID: string | undefined,
  task: (groupID: string) => Promise<Result>
): Promise<Result> {
  if (groupID) return task(groupID)
  for (let attempt = 1; ; attempt++) {
    const number = Buffer.from(randomBytes(6)).readUIntBE(0, 6)
    try {
      return await task(String(1_000_000_000 + (number % 9_000_000_000)))
    } catch (error) {
      if (!(error instanceof ImError) || error.code !== 'duplicate' || attempt === attempts) throw error
    }
  }
}
