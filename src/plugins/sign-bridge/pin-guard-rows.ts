import type { Kysely, Migration, Transaction } from 'kysely'
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

/** A connection, or a transaction that holds the targets. */
export type Rows = Kysely<Tables>

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

export function openRows(database: Database): Promise<Rows> {
  return database.open<Tables>('sign_guard', migrations)
}

/** What is known of targets. */
export function rowsOf(rows: Rows, targets: readonly string[]): Promise<PinRow[]> {
  return rows.selectFrom('sign_guard_pins').selectAll().where('target', 'in', targets).execute()
}

/** Everything there is. */
export function allRows(rows: Rows): Promise<PinRow[]> {
  return rows.selectFrom('sign_guard_pins').selectAll().orderBy('target').orderBy('pin').execute()
}

/** Runs `work` while no other process can do the same for one of these targets. */
export function holding<T>(
  rows: Rows,
  targets: readonly string[],
  work: (held: Transaction<Tables>) => Promise<T>
): Promise<T> {
  return rows.transaction().execute(async held => {
    // A write first: it is what other processes wait for, with any driver.
    for (const target of targets.toSorted())
      await held
        .insertInto('sign_guard_pins')
        .values({ ...blank(target, anyPin), changedAt: 0 })
        .onConflict(conflict => conflict.columns(['target', 'pin']).doUpdateSet({ proven: 0 }))
        .execute()
    return work(held)
  })
}

/** Writes rows. */
export async function put(rows: Rows, changed: readonly PinRow[]): Promise<void> {
  for (const row of changed)
    await rows
      .insertInto('sign_guard_pins')
      .values(row)
      .onConflict(conflict => conflict.columns(['target', 'pin']).doUpdateSet(row))
      .execute()
}

/** Forgets all PINs on targets, good and bad. Says how many rows spoke against one. */
export async function forget(rows: Rows, targets: readonly string[]): Promise<void> {
  await rows.deleteFrom('sign_guard_pins').where('target', 'in', targets).execute()
}

/** Nothing is known. */
export function blank(target: string, pin: string): PinRow {
  return { target, pin, proven: 0, refused: 0, counted: 0, unclear: 0, busyUntil: 0, changedAt: 0 }
}
