import { createHmac } from 'node:crypto'
import { resolve } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Kysely, Migration } from 'kysely'
import { makeKeyFile, readKeyFile } from '../../core/index.ts'
import type { Database } from './service.ts'

/** Where a plugin has the key that its rows depend on. */
export interface KeyPlace {
  readonly plugin: string
  /** Name of the setting that may hold the key itself, such as `secret`. */
  readonly setting: string
  /** What it says; the file is used, and made when there is none, where it says nothing. */
  readonly secret: string | undefined
  readonly keyFile: string
}

interface Tables {
  keys_known: { readonly plugin: string; readonly digest: string }
}

const migrations: Readonly<Record<string, Migration>> = {
  '2026-11-29_known': {
    up: async ({ schema }) => {
      await schema
        .createTable('keys_known')
        .addColumn('plugin', 'text', plugin => plugin.primaryKey())
        .addColumn('digest', 'text', digest => digest.notNull())
        .execute()
    }
  }
}

/**
 * The key of a plugin, which the database remembers by a digest: with another one than before, its rows could not be
 * read any more, and nodes would not understand each other.
 * @param isProduction false: another one is taken all the same, and the log says so
 * @throws {Error} naming the settings and what to do: the key is another, its file is gone although rows depend on it,
 * or it can be neither read nor made
 */
export async function openKey(
  database: Database,
  place: KeyPlace,
  log: Pick<FastifyBaseLogger, 'warn'>,
  isProduction: boolean
): Promise<Buffer> {
  const { plugin, setting, keyFile } = place
  const refuse = (error: Error): void => {
    if (isProduction) throw error
    log.warn(`${error.message} Outside of production it is done at once.`)
  }
  const db = await openKnown(database)
  // In this order: another node that starts now and has the same folder makes the file first, and notes its key then.
  const known = await knownOf(db, plugin)
  const found = await givenKey(place)
  if (!found && known !== undefined) refuse(lost(place))
  const key = found ?? (await makeKeyFile(keyFile, remedyOf(place)))
  if (!found) {
    const advice = `keep a copy apart from the database, and give it to all nodes, or set ${setting}`
    log.warn({ file: resolve(keyFile) }, `a new key was made: ${advice}`)
  }
  const digest = digestOf(plugin, key)
  await db
    .insertInto('keys_known')
    .values({ plugin, digest })
    .onConflict(conflict => conflict.doNothing())
    .execute()
  if ((await knownOf(db, plugin)) === digest) return key
  // Of a file that was made anew, the log has said it.
  if (found) refuse(another(place))
  await db.updateTable('keys_known').set({ digest }).where('plugin', '=', plugin).execute()
  return key
}

/**
 * The key of a plugin for somebody who only reads its rows: no key is made, and none noted.
 * @throws {Error} as {@link openKey}
 */
export async function keyInUse(database: Database, place: KeyPlace): Promise<Buffer> {
  const known = await knownOf(await openKnown(database), place.plugin)
  const key = await givenKey(place)
  if (!key) throw lost(place)
  if (known !== undefined && known !== digestOf(place.plugin, key)) throw another(place)
  return key
}

/** Lets a plugin start with another key. False: none was known of it. */
export async function forgetKey(database: Database, plugin: string): Promise<boolean> {
  const db = await openKnown(database)
  const { numDeletedRows } = await db
    .deleteFrom('keys_known')
    .where('plugin', '=', plugin)
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}

function openKnown(database: Database): Promise<Kysely<Tables>> {
  return database.open<Tables>('keys', migrations)
}

async function knownOf(db: Kysely<Tables>, plugin: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('keys_known')
    .select('digest')
    .where('plugin', '=', plugin)
    .executeTakeFirst()
  return row?.digest
}

async function givenKey(place: KeyPlace): Promise<Buffer | undefined> {
  const { secret, keyFile } = place
  return secret === undefined ? readKeyFile(keyFile, remedyOf(place)) : Buffer.from(secret)
}

/** Says nothing of the key to whoever does not have it. */
function digestOf(plugin: string, key: Buffer): string {
  return createHmac('sha256', key).update(`paifang key of ${plugin}`).digest('hex')
}

function remedyOf({ plugin, setting }: KeyPlace): string {
  return `set ${setting} of ${plugin}, or its keyFile to a file that can be written`
}

function another(place: KeyPlace): Error {
  const { plugin, setting, secret, keyFile } = place
  const what = secret === undefined ? `keyFile: ${resolve(keyFile)} holds` : `${setting} is`
  return new Error(
    `plugins.${plugin}.${what} another key than the rows in the database were written with. ${wayOut(place)}`
  )
}

function lost(place: KeyPlace): Error {
  const file = resolve(place.keyFile)
  return new Error(
    `plugins.${place.plugin}.keyFile: ${file} does not exist, and rows in the database depend on the key that it held. ${wayOut(place)}`
  )
}

function wayOut({ plugin, setting }: KeyPlace): string {
  const keep = `Restore that key from its backup; nodes that share a database need the same one (${setting}, or copies of the file).`
  return `${keep} To go on with another key, and without what depends on that one: paifang forget-key ${plugin}`
}
