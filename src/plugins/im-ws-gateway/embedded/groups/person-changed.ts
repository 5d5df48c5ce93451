import { setImmediate as breathe } from 'node:timers/promises'
import type { GroupMember } from '../../model.ts'
import type { DeliverOptions } from '../../user-core.ts'
import type { GroupContext } from './context.ts'
import { dismissed } from './group-changes.ts'
import { shownMember } from './shown.ts'

/** Members of the largest group that hears of it when the profile of one of them changes. */
const maxMembersToTell = 500

/** What a member has of his person unless he has his own in a group. */
export type PersonField = 'nickname' | 'faceURL'

/**
 * Tells the groups of a person whose own name or face has changed, except those in which he has one of his own instead,
 * and those of more than 500 members: they see it when they read the member the next time.
 */
export async function personChanged(
  context: GroupContext,
  userID: string,
  changed: readonly PersonField[],
  options?: DeliverOptions
): Promise<void> {
  const { store, turns } = context
  for (const group of (await store.groups(await store.joinedGroupIDs(userID))).values()) {
    if (group.memberCount > maxMembersToTell) continue
    await turns.take(group.groupID, () => tellGroup(context, group.groupID, userID, changed, options))
    await breathe()
  }
}

async function tellGroup(
  { store, people, delivery }: GroupContext,
  groupID: string,
  userID: string,
  changed: readonly PersonField[],
  options?: DeliverOptions
): Promise<void> {
  const isInUse = (await store.group(groupID))?.status !== dismissed
  const row = isInUse ? await store.member(groupID, userID) : undefined
  if (!row || !shows(row, changed)) return
  const member = await shownMember(people(), row)
  const { ids } = await store.roster(groupID)
  delivery.toUsers(ids, { kind: 'groupMemberInfoChanged', member }, options)
}

function shows(row: GroupMember, changed: readonly PersonField[]): boolean {
  return changed.some(field => row[field] === '')
}
