import { ImError } from '../../codes.ts'
import type { Group } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { DeliverOptions } from '../../user-core.ts'
import { apply } from './applications.ts'
import { insertMembers } from './member-changes.ts'
import type { GroupContext } from './context.ts'
import { joinSource as sources, newMember, tellJoined } from './joining.ts'
import { notices } from './notices.ts'
import { groupInUse } from './rights.ts'

/** Value of `needVerification`: nobody needs consent. */
const open = 2

/**
 * A user joins a group, or applies where that needs consent.
 * @throws {ImError} `groupNotFound`, `groupDismissed`, `duplicate` for a member, `badArguments` when it is full
 */
export function joinGroup(
  context: GroupContext,
  userID: string,
  args: Arguments['joinGroup'],
  options: DeliverOptions
): Promise<void> {
  const { groupID, reqMsg = '', joinSource = sources.search, ex = '' } = args
  return context.turns.take(groupID, async () => {
    const group = await groupInUse(context, groupID)
    const { ids } = await context.store.roster(groupID)
    if (ids.has(userID)) throw alreadyThere()
    if (group.needVerification === open) return enter(context, group, userID, joinSource, options)
    await apply(context, group, [userID], { inviterUserID: '', joinSource, reqMsg, ex }, options)
  })
}

async function enter(
  context: GroupContext,
  { groupID }: Group,
  userID: string,
  joinSource: number,
  options: DeliverOptions
): Promise<void> {
  const { store, clock, settings } = context
  const now = clock.now()
  const member = newMember({ groupID, userID, joinTime: now, joinSource, operatorUserID: userID })
  const joined = await insertMembers(store, groupID, [member], settings.maxGroupMembers)
  const { group, added } = joined
  if (added.length === 0) throw alreadyThere()
  await tellJoined(
    context,
    joined,
    ([opUser = member]) => notices.entered({ group, opUser, operationTime: now }),
    options
  )
}

function alreadyThere(): ImError {
  return new ImError('duplicate', 'already a member of the group')
}
