import type { Kysely, Migration } from 'kysely'
import type { Database } from '../database/service.ts'

/** What is known of one PIN on one target: a card, or the address of a device. */
export interface PinRow {
  readonly target: string
  /** Keyed digest of the PIN; `*` for the card itself. */
  readonly pin: string
  /** 1: it has signed. */
  readonly proven: number
  /** 1: the card refused it. */
  readonly refused: number
  /** 1: that counts towards the limit of wrong PINs; cleared when another PIN signs. */
  readonly counted: number
  /** Attempts since the last clear outcome, the one under way among them. */
  readonly unclear: number
  /** While an attempt is under way, when it will be over at the latest: milliseconds since the epoch; else 0. */
  readonly busyUntil: number
  readonly changedAt: number
}

interface Tables {
  sign_guard_pins: PinRow
}

/** The rows that all processes share. */
export interface PinRows {
  /** What is known of targets now. */
  of(targets: readonly string[]): Promise<readonly PinRow[]>
  all(): Promise<readonly PinRow[]>
  /** Changes what is known of targets, while no other process can do the same for one of them. */
  change<T>(targets: readonly string[], work: (known: readonly PinRow[]) => Change<T>): Promise<T>
  /** Forgets all PINs on targets, good and bad. */
  forget(targets: readonly string[]): Promise<void>
}

/** Rows to be written, and what came of it. */
export interface Change<T> {
  readonly rows: readonly PinRow[]
  readonly result: T
}

/** Stands for all PINs. */
export const anyPin = '*'

const migrations: Readonly<Record<string, Migration>> = {
  '2026-01-01_pins': {
    up: async ({ schema }) => {
      let table = schema
        .createTable('sign_guard_pins')
        .addColumn('target', 'text', column => column.notNull())
        .addColumn('pin', 'text', column => column.notNull())
      for (const name of ['proven', 'refused', 'counted', 'unclear'])
        table = table.addColumn(name, 'integer', column => column.notNull())
      for (const name of ['busyUntil', 'changedAt'])
        table = table.addColumn(name, 'bigint', column => column.notNull())
      await table.addPrimaryKeyConstraint('sign_guard_pins_key', ['target', 'pin']).execute()
    }
  }
}

/** Rows in the database. */
export async function openRows(database: Database): Promise<PinRows> {
  const db = await database.open<Tables>('sign_guard', migrations)
  return {
    of: targets => rowsOf(db, targets),
    all: () => db.selectFrom('sign_guard_pins').selectAll().orderBy('target').orderBy('pin').execute(),
    change: (targets, work) =>
      db.transaction().execute(async held => {
        // A write first: it is what other processes wait for, with any driver.
        for (const target of targets.toSorted()) await touch(held, target)
        const { rows, result } = work(await rowsOf(held, targets))
        for (const row of rows) await put(held, row)
        return result
      }),
    async forget(targets) {
      await db.deleteFrom('sign_guard_pins').where('target', 'in', targets).execute()
    }
  }
}

function rowsOf(db: Kysely<Tables>, targets: readonly string[]): Promise<PinRow[]> {
  return db.selectFrom('sign_guard_pins').selectAll().where('target', 'in', targets).execute()
}

async function touch(db: Kysely<Tables>, target: string): Promise<void> {
  await db
    .insertInto('sign_guard_pins')
    .values(blank(target, anyPin))
    .onConflict(conflict => conflict.columns(['target', 'pin']).doUpdateSet({ proven: 0 }))
    .execute()
}

async function put(db: Kysely<Tables>, row: PinRow): Promise<void> {
  await db
    .insertInto('sign_guard_pins')
    .values(row)
    .onConflict(conflict => conflict.columns(['target', 'pin']).doUpdateSet(row))
    .execute()
}

/** Nothing is known. */
export function blank(target: string, pin: string): PinRow {
  return { target, pin, proven: 0, refused: 0, counted: 0, unclear: 0, busyUntil: 0, changedAt: 0 }
}
