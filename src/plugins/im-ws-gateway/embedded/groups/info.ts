import { ImError } from '../../codes.ts'
import type { Group } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { DeliverOptions } from '../../user-core.ts'
import type { Notice } from '../contracts.ts'
import { updateGroup } from './group-changes.ts'
import type { GroupContext } from './context.ts'
import { notices, type Deed } from './notices.ts'
import { isAdmin, memberOf } from './rights.ts'
import { shownMember } from './shown.ts'

type Settable = Omit<Arguments['setGroupInfo'], 'groupID'>

/**
 * The owner or an admin changes what is given and not as it was. A group does not lose its name: an empty one leaves
 * it as it is.
 * @throws {ImError} `noPermission`, and what {@link memberOf} throws
 */
export function setGroupInfo(
  context: GroupContext,
  userID: string,
  { groupID, ...given }: Arguments['setGroupInfo'],
  options: DeliverOptions
): Promise<void> {
  const { store, people, chat, delivery, clock, turns } = context
  return turns.take(groupID, async () => {
    const { group: before, member } = await memberOf(context, groupID, userID)
    if (!isAdmin(member)) throw new ImError('noPermission')
    const changed = changes(before, given)
    if (Object.keys(changed).length === 0) return
    const now = clock.now()
    const announced = { notificationUpdateTime: now, notificationUserID: userID }
    const group = await updateGroup(store, groupID, {
      ...changed,
      ...(changed.notification !== undefined && announced)
    })
    const { ids } = await store.roster(groupID)
    delivery.toUsers(ids, { kind: 'groupInfoChanged', group }, options)
    if (changed.groupName !== undefined || changed.faceURL !== undefined)
      await chat().appearanceChanged({ groupID })
    const opUser = await shownMember(people(), member)
    for (const line of lines({ group, opUser, operationTime: now }, changed))
      await chat().notice(line, options)
  })
}

function changes(before: Group, given: Settable): Partial<Settable> {
  const names = Object.keys(given) as (keyof Settable)[]
  const changed = names.filter(name => given[name] !== undefined && given[name] !== before[name])
  return Object.fromEntries(
    changed.filter(name => name !== 'groupName' || given[name] !== '').map(name => [name, given[name]])
  )
}

/** One line for a new announcement, one for a new name, one for all the rest. */
function lines(deed: Deed, { notification, groupName, ...rest }: Partial<Settable>): Notice[] {
  const others = Object.keys(rest).length > 0 || notification === ''
  return [
    ...(notification ? [notices.announced(deed)] : []),
    ...(groupName === undefined ? [] : [notices.named(deed)]),
    ...(others ? [notices.infoSet(deed)] : [])
  ]
}
