import { ImError } from '../../codes.ts'
import type { Group, GroupMember, GroupRequest } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { DeliverOptions } from '../../user-core.ts'
import {
  answerApplication,
  applicationsOf,
  applicationsToAdmin,
  openApplication,
  putApplications,
  requestsOf,
  type Answer
} from './application-rows.ts'
import { insertMembers } from './member-changes.ts'
import type { GroupContext } from './context.ts'
import { newMember, tellJoined } from './joining.ts'
import { adminIDs } from './members.ts'
import { notices } from './notices.ts'
import { isAdmin, memberOf } from './rights.ts'
import { shownMember } from './shown.ts'
import type { ApplicationRow } from './tables.ts'

/** Keeps that users want to join, or are to, and tells them and those who decide it. Within the group's turn. */
export async function apply(
  { store, people, delivery, clock }: GroupContext,
  { groupID }: Group,
  userIDs: readonly string[],
  given: Pick<ApplicationRow, 'inviterUserID' | 'joinSource' | 'reqMsg' | 'ex'>,
  options: DeliverOptions
): Promise<void> {
  const reqTime = clock.now()
  const unanswered = { handleResult: 0, handleUserID: '', handledMsg: '', handledTime: 0 } as const
  const rows = userIDs.map(userID => ({ groupID, userID, reqTime, ...given, ...unanswered }))
  await putApplications(store, rows)
  const admins = await adminIDs(store, groupID)
  for (const request of await requestsOf(store, people(), rows))
    delivery.toUsers([...admins, request.userID], { kind: 'groupApplicationAdded', request }, options)
}

/**
 * The owner or an admin lets somebody in. Whoever has come in meanwhile stays as he is.
 * @throws {ImError} `noPermission`, `recordNotFound`, `alreadyHandled`, `badArguments` when the group is full, and
 * what {@link memberOf} throws
 */
export function acceptGroupApplication(
  context: GroupContext,
  userID: string,
  args: Arguments['acceptGroupApplication'],
  options: DeliverOptions
): Promise<void> {
  const { store, settings } = context
  return context.turns.take(args.groupID, async () => {
    const { application, answer } = await asked(context, userID, args, 1)
    const { ids } = await store.roster(args.groupID)
    if (ids.has(application.userID)) {
      await answerApplication(store.db, application, answer)
      return tellAnswer(context, { ...application, ...answer }, options)
    }
    const { groupID, userID: applicant, joinSource, inviterUserID } = application
    const came = { joinTime: answer.handledTime, joinSource, inviterUserID, operatorUserID: userID }
    const member = newMember({ groupID, userID: applicant, ...came })
    const joined = await insertMembers(store, groupID, [member], settings.maxGroupMembers, trx =>
      answerApplication(trx, application, answer)
    )
    await tellAnswer(context, { ...application, ...answer }, options)
    const deed = { group: joined.group, operationTime: answer.handledTime }
    await tellJoined(
      context,
      joined,
      async ([entrant = member]) =>
        inviterUserID
          ? notices.invited({ ...deed, opUser: await inviterOf(context, application) }, [entrant])
          : notices.entered({ ...deed, opUser: entrant }),
      options
    )
  })
}

/**
 * The owner or an admin refuses to let somebody in.
 * @throws {ImError} `noPermission`, `recordNotFound`, `alreadyHandled`, and what {@link memberOf} throws
 */
export function refuseGroupApplication(
  context: GroupContext,
  userID: string,
  args: Arguments['refuseGroupApplication'],
  options: DeliverOptions
): Promise<void> {
  return context.turns.take(args.groupID, async () => {
    const { application, answer } = await asked(context, userID, args, -1)
    await answerApplication(context.store.db, application, answer)
    await tellAnswer(context, { ...application, ...answer }, options)
  })
}

/** Applications that a user may answer, or has answered, the latest first. */
export async function getGroupApplicationsAsRecipient(
  { store, people }: GroupContext,
  userID: string
): Promise<readonly GroupRequest[]> {
  return requestsOf(store, people(), await applicationsToAdmin(store, userID))
}

/** A user's own applications, the latest first. */
export async function getGroupApplicationsAsApplicant(
  { store, people }: GroupContext,
  userID: string
): Promise<readonly GroupRequest[]> {
  return requestsOf(store, people(), await applicationsOf(store, userID))
}

async function asked(
  context: GroupContext,
  userID: string,
  { groupID, fromUserID, handleMsg = '' }: Arguments['acceptGroupApplication'],
  handleResult: Answer['handleResult']
): Promise<{ readonly application: ApplicationRow; readonly answer: Answer }> {
  const { member } = await memberOf(context, groupID, userID)
  if (!isAdmin(member)) throw new ImError('noPermission')
  const application = await openApplication(context.store, groupID, fromUserID)
  const handledTime = context.clock.now()
  return { application, answer: { handleResult, handleUserID: userID, handledMsg: handleMsg, handledTime } }
}

async function tellAnswer(
  { store, people, delivery }: GroupContext,
  answered: ApplicationRow,
  options: DeliverOptions
): Promise<void> {
  const kind = answered.handleResult === 1 ? 'groupApplicationAccepted' : 'groupApplicationRejected'
  const [request] = await requestsOf(store, people(), [answered])
  if (!request) return
  const admins = await adminIDs(store, answered.groupID)
  delivery.toUsers([answered.userID, ...admins], { kind, request }, options)
}

/** Whoever has proposed somebody; he may have left. */
async function inviterOf({ store, people }: GroupContext, application: ApplicationRow): Promise<GroupMember> {
  const { groupID, inviterUserID, joinSource } = application
  const left = newMember({ groupID, userID: inviterUserID, joinTime: 0, joinSource })
  return shownMember(people(), (await store.member(groupID, inviterUserID)) ?? left)
}
