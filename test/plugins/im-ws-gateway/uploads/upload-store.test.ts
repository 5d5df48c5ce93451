import Fastify from 'fastify'
import { sql, type KyselyPlugin } from 'kysely'
import pino from 'pino'
import { Value } from 'typebox/value'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { App } from '../../../../src/core/index.ts'
import type { ApiErrors } from '../../../../src/plugins/api-error/service.ts'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import {
  pieceBytes,
  Uploads,
  type UploadSettings
} from '../../../../src/plugins/im-ws-gateway/uploads/config.ts'
import { openUploads } from '../../../../src/plugins/im-ws-gateway/uploads/open-uploads.ts'
import { allUsers, openUploadTables } from '../../../../src/plugins/im-ws-gateway/uploads/tables.ts'
import { UploadStore } from '../../../../src/plugins/im-ws-gateway/uploads/upload-store.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

let database: SqliteDatabase
beforeEach(async () => void (database = await SqliteDatabase.connect(':memory:', 0)))
afterEach(() => database.close())

/** A store whose uploads may take a minute, and the statements that it removes rows with. */
async function open() {
  const db = await openUploadTables(database)
  const removals: string[] = []
  const counting: KyselyPlugin = {
    transformQuery({ node }) {
      if (node.kind === 'DeleteQueryNode') removals.push(JSON.stringify(node.from))
      return node
    },
    transformResult: async ({ result }) => result
  }
  let count = 0
  const settings = { maxBytesPerUser: 1e9, maxBytesInAll: 1e9, partBytes: 4 * pieceBytes, ttlS: 60 }
  const store = new UploadStore({ db: db.withPlugin(counting), settings, newID: () => `id${count++}` })
  const begin = async (hash: string, bytes: number): Promise<string> => {
    const about = { userID: 'ann', name: 'a.png', contentType: 'image/png' }
    const begun = await store.begin({ ...about, hash, bytes }, 0)
    return 'uploadID' in begun ? begun.uploadID : ''
  }
  return { db, store, begin, removals: () => removals.filter(from => from.includes('pieces')).length }
}

test('removing what has expired ends between two uploads when it is told to', async () => {
  const { store, begin } = await open()
  for (const hash of ['a', 'b', 'c']) await begin(hash, 1)
  let asked = 0
  expect(await store.removeExpired(60_000, () => asked++ === 1)).toBe(1)
  expect(await store.removeExpired(60_000, () => true)).toBe(0)
  expect(await store.removeExpired(60_000)).toBe(2)
})

test('closing waits for one upload that has expired, not for all', async () => {
  const { begin } = await open()
  for (const hash of ['a', 'b', 'c']) await begin(hash, 1)
  const app = Fastify() as unknown as App
  const uploads = await openUploads(app, {
    settings: Value.Default(Uploads, {}) as UploadSettings,
    database,
    tokens: { check: () => Promise.reject(new Error('not here')) },
    errors: { define: () => undefined, dialectFor: () => undefined } as unknown as ApiErrors,
    clock: fakeClock(60_000),
    log: pino({ level: 'silent' })
  })
  await uploads.close()
  expect(uploads.counters.expired).toBe(1)
  await app.close()
})

test('a large file is removed with several statements, and all of it', async () => {
  const { db, store, begin, removals } = await open()
  const [large, other] = [await begin('a', 600 * pieceBytes), await begin('b', 1)]
  const content = Buffer.from('x')
  const rows = Array.from({ length: 600 }, (_, piece) => ({ upload_id: large, piece, content }))
  await db.insertInto('im_uploads_pieces').values(rows).execute()
  await db.updateTable('im_uploads_uploads').set({ expires_at: 90_000 }).where('id', '=', other).execute()
  await db.insertInto('im_uploads_pieces').values({ upload_id: other, piece: 0, content }).execute()
  expect(await store.removeExpired(60_000)).toBe(1)
  expect(removals()).toBe(3)
  const left = await db.selectFrom('im_uploads_pieces').select('upload_id').execute()
  expect(left).toEqual([{ upload_id: other }])
})

test('what users stored before it was counted together is counted', async () => {
  const { db, begin } = await open()
  await begin('a', 1_000)
  await db.insertInto('im_uploads_usage').values({ user_id: 'bob', bytes: 500 }).execute()
  await db.deleteFrom('im_uploads_usage').where('user_id', '=', allUsers).execute()
  await sql`delete from im_uploads_migrations where name <> '2026-12-01_uploads'`.execute(db)
  await openUploadTables(database)
  const sums = await db.selectFrom('im_uploads_usage').selectAll().orderBy('user_id').execute()
  expect(sums).toEqual([
    { user_id: allUsers, bytes: 2_524 },
    { user_id: 'ann', bytes: 2_024 },
    { user_id: 'bob', bytes: 500 }
  ])
})
