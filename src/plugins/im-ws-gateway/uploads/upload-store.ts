import type { Kysely, Transaction } from 'kysely'
import { createHash } from 'node:crypto'
import { ApiError } from '../../api-error/service.ts'
import { pieceBytes, type UploadSettings } from './config.ts'
import { UploadErrors } from './errors.ts'
import type { PartTicket } from './part-address.ts'
import type { FileRow, UploadRow, UploadTables } from './tables.ts'
import { charge, discharge, rowBytes } from './usage.ts'

/** What a client says of a file before it sends it. */
export interface Announced {
  readonly userID: string
  readonly hash: string
  readonly bytes: number
  readonly name: string
  readonly contentType: string
}

/** What it says once all parts are there. */
export interface Finished extends Pick<Announced, 'userID' | 'name' | 'contentType'> {
  readonly uploadID: string
  /** MD5s of the parts in hexadecimal. */
  readonly parts: readonly string[]
}

/** A file that can be read. */
export interface StoredFile {
  readonly id: string
  readonly uploadID: string
  readonly name: string
  readonly contentType: string
  readonly bytes: number
}

/** What has become of an announcement: the content is there already, or is to be sent. */
export type Begun =
  | { readonly file: Pick<StoredFile, 'id' | 'name'> }
  | { readonly uploadID: string; readonly expiresAt: number }

export interface UploadStoreParts {
  readonly db: Kysely<UploadTables>
  readonly settings: Pick<UploadSettings, 'maxBytesPerUser' | 'maxBytesInAll' | 'partBytes' | 'ttlS'>
  /** Makes ids that nobody guesses. */
  readonly newID: () => string
}

type Db = Transaction<UploadTables>

/** Rows that a statement removes at most. */
const piecesPerStatement = 256

/** Contents of files and what is known of them, in the database. Moments are milliseconds since the epoch. */
export class UploadStore {
  readonly #parts: UploadStoreParts

  constructor(parts: UploadStoreParts) {
    this.#parts = parts
  }

  /**
   * Begins an upload, or goes on with the one that the user has begun of the same content.
   * @throws {ApiError} `im.storage_full`, `im.uploads_full`
   */
  begin(announced: Announced, now: number): Promise<Begun> {
    const { db, settings, newID } = this.#parts
    const { userID, hash, bytes } = announced
    return db.transaction().execute(async (trx): Promise<Begun> => {
      const known = await trx
        .selectFrom('im_uploads_uploads')
        .selectAll()
        .where('user_id', '=', userID)
        .where('hash', '=', hash)
        .where('bytes', '=', bytes)
        .executeTakeFirst()
      if (known && isComplete(known)) return { file: await this.#fileOf(trx, known, announced, now) }
      const expiresAt = now + settings.ttlS * 1_000
      if (known?.part_bytes === settings.partBytes) {
        await trx
          .updateTable('im_uploads_uploads')
          .set({ expires_at: expiresAt })
          .where('id', '=', known.id)
          .execute()
        return { uploadID: known.id, expiresAt }
      }
      if (known) await remove(trx, known)
      const id = newID()
      await charge(trx, userID, bytes + rowBytes, settings)
      await trx
        .insertInto('im_uploads_uploads')
        .values({
          id,
          user_id: userID,
          hash,
          bytes,
          part_bytes: settings.partBytes,
          expires_at: expiresAt,
          completed_at: 0
        })
        .execute()
      return { uploadID: id, expiresAt }
    })
  }

  /**
   * Keeps a part, in place of what came for it before.
   * @returns its MD5 in hexadecimal
   * @throws {ApiError} `im.upload_not_found` when nobody waits for it
   */
  async receive({ uploadID, part }: PartTicket, content: Uint8Array, now: number): Promise<string> {
    const md5 = md5Of(content)
    await this.#parts.db.transaction().execute(async trx => {
      const upload = await trx
        .selectFrom('im_uploads_uploads')
        .selectAll()
        .where('id', '=', uploadID)
        .executeTakeFirst()
      if (!upload || isComplete(upload) || Number(upload.expires_at) <= now) throw notFound()
      const first = ((part - 1) * upload.part_bytes) / pieceBytes
      await trx
        .deleteFrom('im_uploads_pieces')
        .where('upload_id', '=', uploadID)
        .where('piece', '>=', first)
        .where('piece', '<', first + upload.part_bytes / pieceBytes)
        .execute()
      await trx
        .insertInto('im_uploads_pieces')
        .values(piecesOf(uploadID, first, content))
        .execute()
      await trx
        .insertInto('im_uploads_parts')
        .values({ upload_id: uploadID, part, md5 })
        .onConflict(conflict => conflict.columns(['upload_id', 'part']).doUpdateSet({ md5 }))
        .execute()
    })
    return md5
  }

  /**
   * Makes a file of the parts, if they are what was announced. Done twice it is the same file.
   * @throws {ApiError} `im.upload_not_found`, `im.file_incomplete`, `im.file_differs`; `im.storage_full` and
   * `im.uploads_full` when the content has another name already, and there is no room for this one
   */
  complete(finished: Finished, now: number): Promise<Pick<StoredFile, 'id' | 'name'>> {
    const { userID, uploadID, parts } = finished
    const hash = md5Of(parts.join(','))
    return this.#parts.db.transaction().execute(async trx => {
      const upload = await trx
        .selectFrom('im_uploads_uploads')
        .selectAll()
        .where('id', '=', uploadID)
        .where('user_id', '=', userID)
        .executeTakeFirst()
      if (!upload) throw notFound()
      if (upload.hash !== hash) throw differs('the hashes of the parts do not give the hash of the upload')
      if (isComplete(upload)) return this.#fileOf(trx, upload, finished, now)
      if (Number(upload.expires_at) <= now) throw notFound()
      const arrived = await trx
        .selectFrom('im_uploads_parts')
        .select(['part', 'md5'])
        .where('upload_id', '=', uploadID)
        .execute()
      assertAll(new Map(arrived.map(({ part, md5 }) => [part, md5])), parts, upload)
      await trx
        .updateTable('im_uploads_uploads')
        .set({ completed_at: now })
        .where('id', '=', uploadID)
        .execute()
      await trx.deleteFrom('im_uploads_parts').where('upload_id', '=', uploadID).execute()
      return this.#fileOf(trx, upload, finished, now)
    })
  }

  /** A file by its id. */
  async file(id: string): Promise<StoredFile | undefined> {
    return this.#parts.db
      .selectFrom('im_uploads_files')
      .innerJoin('im_uploads_uploads', 'im_uploads_uploads.id', 'im_uploads_files.upload_id')
      .select([
        'im_uploads_files.id as id',
        'upload_id as uploadID',
        'name',
        'content_type as contentType',
        'bytes'
      ])
      .where('im_uploads_files.id', '=', id)
      .executeTakeFirst()
  }

  /** @throws {Error} when it is not there, which does not happen to a file that is */
  async piece(uploadID: string, piece: number): Promise<Uint8Array> {
    const { content } = await this.#parts.db
      .selectFrom('im_uploads_pieces')
      .select('content')
      .where('upload_id', '=', uploadID)
      .where('piece', '=', piece)
      .executeTakeFirstOrThrow()
    return content
  }

  /** Removes a file, and what else has its content: all addresses of it. @returns whether it was there */
  removeFile(id: string): Promise<boolean> {
    return this.#parts.db.transaction().execute(async trx => {
      const upload = await trx
        .selectFrom('im_uploads_uploads')
        .selectAll()
        .where('id', '=', eb => eb.selectFrom('im_uploads_files').select('upload_id').where('id', '=', id))
        .executeTakeFirst()
      if (!upload) return false
      const files = trx.deleteFrom('im_uploads_files').where('upload_id', '=', upload.id)
      const { numDeletedRows } = await files.executeTakeFirstOrThrow()
      await remove(trx, upload)
      await discharge(trx, upload.user_id, (Number(numDeletedRows) - 1) * rowBytes)
      return true
    })
  }

  /**
   * Removes uploads that nobody has completed in time.
   * @param isOver is asked before each of them whether to leave it at that
   * @returns how many
   */
  async removeExpired(now: number, isOver: () => boolean = () => false): Promise<number> {
    let count = 0
    // One at a time: others who write to the same file wait for each.
    while (!isOver() && (await this.#removeOneExpired(now))) count++
    return count
  }

  #removeOneExpired(now: number): Promise<boolean> {
    return this.#parts.db.transaction().execute(async trx => {
      const expired = await trx
        .selectFrom('im_uploads_uploads')
        .selectAll()
        .where('completed_at', '=', 0)
        .where('expires_at', '<=', now)
        .limit(1)
        .executeTakeFirst()
      if (expired) await remove(trx, expired)
      return expired !== undefined
    })
  }

  /** The content under this name and type. */
  async #fileOf(
    trx: Db,
    { id: uploadID, user_id: userID }: UploadRow,
    { name, contentType }: Pick<Announced, 'name' | 'contentType'>,
    now: number
  ): Promise<Pick<StoredFile, 'id' | 'name'>> {
    const { settings, newID } = this.#parts
    const files: Pick<FileRow, 'id' | 'name' | 'content_type'>[] = await trx
      .selectFrom('im_uploads_files')
      .select(['id', 'name', 'content_type'])
      .where('upload_id', '=', uploadID)
      .where('name', '=', name)
      .where('content_type', '=', contentType)
      .execute()
    const [known] = files
    if (known) return { id: known.id, name }
    const other = await trx
      .selectFrom('im_uploads_files')
      .select('id')
      .where('upload_id', '=', uploadID)
      .limit(1)
      .executeTakeFirst()
    // The first name is part of what the upload counts.
    if (other) await charge(trx, userID, rowBytes, settings)
    const id = newID()
    await trx
      .insertInto('im_uploads_files')
      .values({ id, upload_id: uploadID, name, content_type: contentType, created_at: now })
      .execute()
    return { id, name }
  }
}

/** Parts of a content of so many bytes. */
export function partCount(bytes: number, partBytes: number): number {
  return Math.ceil(bytes / partBytes)
}

function isComplete({ completed_at }: UploadRow): boolean {
  return Number(completed_at) > 0
}

async function remove(trx: Db, { id, user_id: userID, bytes }: UploadRow): Promise<void> {
  // No statement takes long, however large the file is.
  for (let piece = 0; piece * pieceBytes < bytes; piece += piecesPerStatement)
    // eslint-disable-next-line no-await-in-loop
    await trx
      .deleteFrom('im_uploads_pieces')
      .where('upload_id', '=', id)
      .where('piece', '>=', piece)
      .where('piece', '<', piece + piecesPerStatement)
      .execute()
  await trx.deleteFrom('im_uploads_parts').where('upload_id', '=', id).execute()
  await trx.deleteFrom('im_uploads_uploads').where('id', '=', id).execute()
  await discharge(trx, userID, bytes + rowBytes)
}

function piecesOf(uploadID: string, first: number, content: Uint8Array) {
  return Array.from({ length: Math.ceil(content.length / pieceBytes) }, (_, index) => ({
    upload_id: uploadID,
    piece: first + index,
    content: content.subarray(index * pieceBytes, (index + 1) * pieceBytes)
  }))
}

function assertAll(arrived: ReadonlyMap<number, string>, parts: readonly string[], upload: UploadRow): void {
  const count = partCount(upload.bytes, upload.part_bytes)
  if (parts.length !== count) throw differs(`the file has ${count} parts`)
  const missing = parts.flatMap((_, index) => (arrived.has(index + 1) ? [] : [index + 1]))
  if (missing.length > 0)
    throw new ApiError(UploadErrors['im.file_incomplete'], { detail: `missing: ${listed(missing)}` })
  const wrong = parts.flatMap((md5, index) => (arrived.get(index + 1) === md5 ? [] : [index + 1]))
  if (wrong.length > 0) throw differs(`other parts arrived: ${listed(wrong)}`)
}

/** Part numbers, the first ones. */
function listed(numbers: readonly number[]): string {
  return `${numbers.slice(0, 10).join(', ')}${numbers.length > 10 ? ', …' : ''}`
}

function md5Of(content: Uint8Array | string): string {
  return createHash('md5').update(content).digest('hex')
}

function notFound(): ApiError {
  return new ApiError(UploadErrors['im.upload_not_found'])
}

function differs(detail: string): ApiError {
  return new ApiError(UploadErrors['im.file_differs'], { detail })
}
