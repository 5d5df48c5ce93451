import type { Kysely, Migration, Transaction } from 'kysely'
import type { Database } from '../database/service.ts'
import type { Target } from './service.ts'

/** A target, and when it was clicked last; 0: never. */
export interface TargetRow extends Target {
  readonly clickedAt: number
}

/** A user who has clicked a target. */
export interface UserRow {
  readonly kind: string
  readonly id: string
  /** Stands for the user at this target, under a key that is not in the database. */
  readonly pseudonym: string
  readonly firstAt: number
}

/** The clicks of a day on a target. */
export interface DayRow {
  readonly kind: string
  readonly id: string
  readonly day: string
  readonly raw: number
  readonly uniqueUsers: number
  readonly guestApprox: number | null
  /** What `guestApprox` is estimated from, while the day lasts; else `''`. */
  readonly guestSketch: string
}

export interface Tables {
  click_target: TargetRow
  click_user: UserRow
  click_day: DayRow
}

export type ClickDb = Kysely<Tables>
export type ClickTransaction = Transaction<Tables>

const migrations: Readonly<Record<string, Migration>> = {
  '2026-01-01_clicks': {
    async up({ schema }: Kysely<unknown>) {
      const text = ['title', 'pic', 'url', 'audience'] as const
      const times = ['start', 'end', 'clickedAt'] as const
      const targets = schema
        .createTable('click_target')
        .addColumn('kind', 'text', kind => kind.notNull())
        .addColumn('id', 'text', id => id.notNull())
        .addPrimaryKeyConstraint('click_target_key', ['kind', 'id'])
      const withTexts = text.reduce(
        (table, name) => table.addColumn(name, 'text', it => it.notNull()),
        targets
      )
      await times
        .reduce((table, name) => table.addColumn(name, 'bigint', it => it.notNull()), withTexts)
        .execute()
      await schema
        .createIndex('click_target_by_start')
        .on('click_target')
        .columns(['kind', 'start'])
        .execute()
      await schema
        .createTable('click_user')
        .addColumn('kind', 'text', kind => kind.notNull())
        .addColumn('id', 'text', id => id.notNull())
        .addColumn('pseudonym', 'text', pseudonym => pseudonym.notNull())
        .addColumn('firstAt', 'bigint', firstAt => firstAt.notNull())
        .addPrimaryKeyConstraint('click_user_key', ['kind', 'id', 'pseudonym'])
        .addForeignKeyConstraint(
          'click_user_target',
          ['kind', 'id'],
          'click_target',
          ['kind', 'id'],
          target => target.onDelete('cascade')
        )
        .execute()
      await schema
        .createTable('click_day')
        .addColumn('kind', 'text', kind => kind.notNull())
        .addColumn('id', 'text', id => id.notNull())
        .addColumn('day', 'text', day => day.notNull())
        .addColumn('raw', 'integer', raw => raw.notNull())
        .addColumn('uniqueUsers', 'integer', users => users.notNull())
        .addColumn('guestApprox', 'integer')
        .addColumn('guestSketch', 'text', sketch => sketch.notNull())
        .addPrimaryKeyConstraint('click_day_key', ['kind', 'id', 'day'])
        .addForeignKeyConstraint('click_day_target', ['kind', 'id'], 'click_target', ['kind', 'id'], target =>
          target.onDelete('cascade')
        )
        .execute()
    }
  }
}

/** Opens the tables of clicks, bringing them up to date. */
export function openTables(database: Database): Promise<ClickDb> {
  return database.open<Tables>('click', migrations)
}
