import type { Transaction } from 'kysely'
import { ApiError } from '../../api-error/service.ts'
import { UploadErrors } from './errors.ts'
import type { UploadTables } from './tables.ts'

/** What a row counts beside its content, so that nobody fills the database with empty files. */
export const rowBytes = 1_024

/**
 * Counts bytes to what a user stores.
 * @throws {ApiError} `im.storage_full` when that would be more than `limit`
 */
export async function charge(
  db: Transaction<UploadTables>,
  userID: string,
  bytes: number,
  limit: number
): Promise<void> {
  const row = await db
    .selectFrom('im_uploads_usage')
    .select('bytes')
    .where('user_id', '=', userID)
    .executeTakeFirst()
  const sum = Number(row?.bytes ?? 0) + bytes
  if (sum > limit) throw new ApiError(UploadErrors['im.storage_full'], { detail: `at most ${limit} bytes` })
  await db
    .insertInto('im_uploads_usage')
    .values({ user_id: userID, bytes: sum })
    .onConflict(conflict => conflict.column('user_id').doUpdateSet({ bytes: sum }))
    .execute()
}

/** Takes bytes off what a user stores. */
export async function discharge(db: Transaction<UploadTables>, userID: string, bytes: number): Promise<void> {
  await db
    .updateTable('im_uploads_usage')
    .set(({ eb }) => ({ bytes: eb('bytes', '-', bytes) }))
    .where('user_id', '=', userID)
    .execute()
}
