import type { Transaction } from 'kysely'
import { ApiError } from '../../api-error/service.ts'
import type { UploadSettings } from './config.ts'
import { UploadErrors } from './errors.ts'
import { allUsers, type UploadTables } from './tables.ts'

/** What a row counts beside its content, so that nobody fills the database with empty files. */
export const rowBytes = 1_024

/**
 * Counts bytes to what a user stores, and all of them together.
 * @throws {ApiError} `im.storage_full` when that would be more than a user may store, `im.uploads_full` when it would be
 * more than all may
 */
export async function charge(
  db: Transaction<UploadTables>,
  userID: string,
  bytes: number,
  { maxBytesPerUser, maxBytesInAll }: Pick<UploadSettings, 'maxBytesPerUser' | 'maxBytesInAll'>
): Promise<void> {
  const rows = await db
    .selectFrom('im_uploads_usage')
    .selectAll()
    .where('user_id', 'in', [userID, allUsers])
    .execute()
  const sumOf = (user: string): number =>
    Number(rows.find(({ user_id: each }) => each === user)?.bytes ?? 0) + bytes
  const [own, all] = [sumOf(userID), sumOf(allUsers)]
  if (own > maxBytesPerUser)
    throw new ApiError(UploadErrors['im.storage_full'], { detail: `at most ${maxBytesPerUser} bytes` })
  if (all > maxBytesInAll)
    throw new ApiError(UploadErrors['im.uploads_full'], { detail: `at most ${maxBytesInAll} bytes` })
  await db
    .insertInto('im_uploads_usage')
    .values([
      { user_id: userID, bytes: own },
      { user_id: allUsers, bytes: all }
    ])
    .onConflict(conflict =>
      conflict.column('user_id').doUpdateSet(eb => ({ bytes: eb.ref('excluded.bytes') }))
    )
    .execute()
}

/** Takes bytes off what a user stores, and all of them together. */
export async function discharge(db: Transaction<UploadTables>, userID: string, bytes: number): Promise<void> {
  await db
    .updateTable('im_uploads_usage')
    .set(({ eb }) => ({ bytes: eb('bytes', '-', bytes) }))
    .where('user_id', 'in', [userID, allUsers])
    .execute()
}
