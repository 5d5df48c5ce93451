import { ImError } from '../../codes.ts'
import type { UserOutcome } from '../../operations/groups.ts'
import type { Arguments } from '../../operations/index.ts'
import type { DeliverOptions } from '../../user-core.ts'
import { apply } from './applications.ts'
import { insertMembers } from './member-changes.ts'
import type { GroupContext } from './context.ts'
import { joinSource, newMember, tellJoined } from './joining.ts'
import { notices } from './notices.ts'
import { isAdmin, memberOf } from './rights.ts'
import { shownMember } from './shown.ts'

/** Value of `needVerification`: invitations by ordinary members need consent too. */
const allNeedConsent = 1

/**
 * A member brings others in, or proposes them where that needs consent.
 * @returns for each user once, whether he was: −1 is a member already
 * @throws {ImError} `userNotFound` when one does not exist, `duplicate` when all are members, `badArguments` for
 * nobody or too many, and what {@link memberOf} throws
 */
export async function inviteToGroup(
  context: GroupContext,
  userID: string,
  { groupID, reason = '', userIDList }: Arguments['inviteToGroup'],
  options: DeliverOptions
): Promise<readonly UserOutcome[]> {
  const { people, store, settings, clock, turns } = context
  const invited = [...new Set(userIDList)]
  if (invited.length === 0) throw new ImError('badArguments', 'nobody is invited')
  return turns.take(groupID, async () => {
    const { group, member: inviter } = await memberOf(context, groupID, userID)
    const users = await people().users(invited)
    if (users.size < invited.length) throw new ImError('userNotFound')
    const { ids } = await store.roster(groupID)
    const outcomes = invited.map(id => ({ userID: id, result: ids.has(id) ? -1 : 0 }))
    const fresh = invited.filter(id => !ids.has(id))
    if (fresh.length === 0) throw new ImError('duplicate', 'all of them are members of the group')
    const came = { joinSource: joinSource.invited, inviterUserID: userID }
    if (group.needVerification === allNeedConsent && !isAdmin(inviter)) {
      await apply(context, group, fresh, { ...came, reqMsg: reason, ex: '' }, options)
      return outcomes
    }
    const now = clock.now()
    const rows = fresh.map(id =>
      newMember({ groupID, userID: id, ...came, joinTime: now, operatorUserID: userID })
    )
    const joined = await insertMembers(store, groupID, rows, settings.maxGroupMembers)
    const opUser = await shownMember(people(), inviter)
    const deed = { group: joined.group, opUser, operationTime: now }
    await tellJoined(context, joined, members => notices.invited(deed, members), options)
    return outcomes
  })
}
