import type { Transaction } from 'kysely'
import { ImError } from '../../codes.ts'
import { role, type Group, type GroupRequest, type HandleResult } from '../../model.ts'
import type { People } from '../contracts.ts'
import { dismissed } from './group-changes.ts'
import type { GroupStore } from './store.ts'
import { pieces, type ApplicationRow, type GroupTables } from './tables.ts'

/** Applications that a list has at most, the latest. */
const maxListed = 1_000

/** Keeps applications, each in place of an earlier one of the same person. */
export async function putApplications(
  { db }: GroupStore,
  applications: readonly ApplicationRow[]
): Promise<void> {
  await db.transaction().execute(async trx => {
    for (const rows of pieces(applications))
      await trx
        .insertInto('im_groups_applications')
        .values(rows)
        .onConflict(conflict =>
          conflict.columns(['groupID', 'userID']).doUpdateSet(excluded => ({
            inviterUserID: excluded.ref('excluded.inviterUserID'),
            joinSource: excluded.ref('excluded.joinSource'),
            reqMsg: excluded.ref('excluded.reqMsg'),
            reqTime: excluded.ref('excluded.reqTime'),
            handleResult: excluded.ref('excluded.handleResult'),
            handleUserID: excluded.ref('excluded.handleUserID'),
            handledMsg: excluded.ref('excluded.handledMsg'),
            handledTime: excluded.ref('excluded.handledTime'),
            ex: excluded.ref('excluded.ex')
          }))
        )
        .execute()
  })
}

/** @throws {ImError} `recordNotFound`, or `alreadyHandled` */
export async function openApplication(
  { db }: GroupStore,
  groupID: string,
  userID: string
): Promise<ApplicationRow> {
  const rows = db.selectFrom('im_groups_applications').selectAll()
  const row = await rows.where('groupID', '=', groupID).where('userID', '=', userID).executeTakeFirst()
  if (!row) throw new ImError('recordNotFound', 'this user has not applied')
  if (row.handleResult !== 0) throw new ImError('alreadyHandled')
  return row
}

/** What was answered to an application. */
export interface Answer {
  readonly handleResult: Exclude<HandleResult, 0>
  readonly handleUserID: string
  readonly handledMsg: string
  /** Milliseconds since the epoch. */
  readonly handledTime: number
}

/** Answers an application that is open. @throws {ImError} `alreadyHandled` */
export async function answerApplication(
  db: GroupStore['db'] | Transaction<GroupTables>,
  { groupID, userID }: ApplicationRow,
  answer: Answer
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('im_groups_applications')
    .set(answer)
    .where('groupID', '=', groupID)
    .where('userID', '=', userID)
    .where('handleResult', '=', 0)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) throw new ImError('alreadyHandled')
}

/** Applications to the groups in use that a user owns or administers, the latest first. */
export function applicationsToAdmin({ db }: GroupStore, userID: string): Promise<ApplicationRow[]> {
  return db
    .selectFrom('im_groups_applications as application')
    .innerJoin('im_groups_members as admin', 'admin.groupID', 'application.groupID')
    .innerJoin('im_groups_groups as group', 'group.groupID', 'application.groupID')
    .where('admin.userID', '=', userID)
    .where('admin.roleLevel', '>=', role.admin)
    .where('group.status', '<>', dismissed)
    .selectAll('application')
    .orderBy('application.reqTime', 'desc')
    .orderBy('application.groupID')
    .orderBy('application.userID')
    .limit(maxListed)
    .execute()
}

/** Applications of a user, the latest first. */
export function applicationsOf({ db }: GroupStore, userID: string): Promise<ApplicationRow[]> {
  return db
    .selectFrom('im_groups_applications')
    .selectAll()
    .where('userID', '=', userID)
    .orderBy('reqTime', 'desc')
    .orderBy('groupID')
    .limit(maxListed)
    .execute()
}

/** Applications as users see them, with the group and the person as they are now. */
export async function requestsOf(
  store: GroupStore,
  people: People,
  rows: readonly ApplicationRow[]
): Promise<GroupRequest[]> {
  const groups = await store.groups([...new Set(rows.map(({ groupID }) => groupID))])
  const users = await people.users([...new Set(rows.map(({ userID }) => userID))])
  return rows.flatMap(row => {
    const group = groups.get(row.groupID)
    const user = users.get(row.userID)
    return group ? [requestOf(row, group, user)] : []
  })
}

function requestOf(
  row: ApplicationRow,
  { faceURL: groupFaceURL, ...group }: Group,
  user: { readonly nickname: string; readonly faceURL: string; readonly gender: number } | undefined
): GroupRequest {
  const person = {
    nickname: user?.nickname ?? '',
    userFaceURL: user?.faceURL ?? '',
    gender: user?.gender ?? 0
  }
  return { ...group, groupFaceURL, ...person, ...row }
}
