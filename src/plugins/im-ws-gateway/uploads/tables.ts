import { sql, type Kysely, type Migration } from 'kysely'
import { randomBytes } from 'node:crypto'
import type { Database } from '../../database/service.ts'

/** PostgreSQL hands out bigints as text. */
type Bigint = number | string

/** A file that is being sent, or has been: its content. A user has each content once. */
export interface UploadRow {
  readonly id: string
  readonly user_id: string
  /** MD5 of the MD5s of its parts, in hexadecimal and with commas between, as clients send it. */
  readonly hash: string
  readonly bytes: number
  readonly part_bytes: number
  /** Milliseconds since the epoch. */
  readonly expires_at: Bigint
  /** 0: not yet. */
  readonly completed_at: Bigint
}

/** A name and a type under which a content is served. */
export interface FileRow {
  readonly id: string
  readonly upload_id: string
  readonly name: string
  readonly content_type: string
  readonly created_at: Bigint
}

/** Stands for all users together. No user has an empty id. */
export const allUsers = ''

export interface UploadTables {
  im_uploads_uploads: UploadRow
  /** Parts that have arrived, until the upload is complete. */
  im_uploads_parts: {
    readonly upload_id: string
    readonly part: number
    readonly md5: string
  }
  /** Contents, in pieces that are counted from 0. */
  im_uploads_pieces: {
    readonly upload_id: string
    readonly piece: number
    readonly content: Uint8Array
  }
  im_uploads_files: FileRow
  /** What the uploads and files of a user count, in bytes; under {@link allUsers} those of all. */
  im_uploads_usage: { readonly user_id: string; readonly bytes: Bigint }
  /** What addresses of parts are signed with, by all nodes. */
  im_uploads_keys: { readonly name: string; readonly key: string }
}

/** Opens the namespace `im_uploads`. */
export function openUploadTables(database: Database): Promise<Kysely<UploadTables>> {
  return database.open<UploadTables>('im_uploads', migrationsFor(database.driver))
}

/** The key of this database, which is made once. */
export async function partKey(db: Kysely<UploadTables>): Promise<Buffer> {
  const name = 'parts'
  await db
    .insertInto('im_uploads_keys')
    .values({ name, key: randomBytes(32).toString('base64url') })
    .onConflict(conflict => conflict.column('name').doNothing())
    .execute()
  const kept = db.selectFrom('im_uploads_keys').select('key').where('name', '=', name)
  const { key } = await kept.executeTakeFirstOrThrow()
  return Buffer.from(key, 'base64url')
}

function migrationsFor(driver: Database['driver']): Readonly<Record<string, Migration>> {
  const bytes = driver === 'postgres' ? 'bytea' : 'blob'
  return {
    '2026-12-01_uploads': {
      async up(db: Kysely<unknown>) {
        const { schema } = db
        await schema
          .createTable('im_uploads_uploads')
          .addColumn('id', 'text', column => column.primaryKey())
          .addColumn('user_id', 'text', column => column.notNull())
          .addColumn('hash', 'text', column => column.notNull())
          .addColumn('bytes', 'integer', column => column.notNull())
          .addColumn('part_bytes', 'integer', column => column.notNull())
          .addColumn('expires_at', 'bigint', column => column.notNull())
          .addColumn('completed_at', 'bigint', column => column.notNull())
          .addUniqueConstraint('im_uploads_contents', ['user_id', 'hash', 'bytes'])
          .execute()
        await schema
          .createIndex('im_uploads_expiry')
          .on('im_uploads_uploads')
          .columns(['completed_at', 'expires_at'])
          .execute()
        await schema
          .createTable('im_uploads_parts')
          .addColumn('upload_id', 'text', column => column.notNull())
          .addColumn('part', 'integer', column => column.notNull())
          .addColumn('md5', 'text', column => column.notNull())
          .addPrimaryKeyConstraint('im_uploads_parts_key', ['upload_id', 'part'])
          .execute()
        await schema
          .createTable('im_uploads_pieces')
          .addColumn('upload_id', 'text', column => column.notNull())
          .addColumn('piece', 'integer', column => column.notNull())
          .addColumn('content', bytes, column => column.notNull())
          .addPrimaryKeyConstraint('im_uploads_pieces_key', ['upload_id', 'piece'])
          .execute()
        // Pictures, sounds and films are compressed already: PostgreSQL would try it again with each of them.
        if (driver === 'postgres')
          await sql`alter table im_uploads_pieces alter column content set storage external`.execute(db)
        await schema
          .createTable('im_uploads_files')
          .addColumn('id', 'text', column => column.primaryKey())
          .addColumn('upload_id', 'text', column => column.notNull())
          .addColumn('name', 'text', column => column.notNull())
          .addColumn('content_type', 'text', column => column.notNull())
          .addColumn('created_at', 'bigint', column => column.notNull())
          .addUniqueConstraint('im_uploads_names', ['upload_id', 'name', 'content_type'])
          .execute()
        await schema
          .createTable('im_uploads_usage')
          .addColumn('user_id', 'text', column => column.primaryKey())
          .addColumn('bytes', 'bigint', column => column.notNull())
          .execute()
        await schema
          .createTable('im_uploads_keys')
          .addColumn('name', 'text', column => column.primaryKey())
          .addColumn('key', 'text', column => column.notNull())
          .execute()
      }
    },
    '2026-12-02_usage_of_all': {
      async up(db: Kysely<unknown>) {
        await sql`
          insert into im_uploads_usage (user_id, bytes)
          select ${sql.lit(allUsers)}, coalesce(sum(bytes), 0) from im_uploads_usage`.execute(db)
      }
    }
  }
}
