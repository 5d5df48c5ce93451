import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../src/plugins/database/service.ts'
import { keyTests } from './database/keys.ts'
import { migrationTests } from './database/migrations.ts'
import { queryTests } from './database/queries.ts'

/** A driver under test, without any table when it is opened. */
export interface OpenDatabase {
  readonly database: Database
  /** Closes the driver and opens it again on what it kept. */
  restart(): Promise<Database>
  /** Closes it and removes what it kept. */
  close(): Promise<void>
}

/** What is open while a test runs. */
export interface Current {
  readonly database: () => Database
  readonly restart: () => Promise<Database>
}

/** Registers the tests that every driver of `Database` must pass. */
export function databaseContract(name: string, open: () => Promise<OpenDatabase>): void {
  describe(`Database, driver ${name}`, () => {
    let opened: OpenDatabase
    let database: Database
    beforeEach(async () => void ({ database } = opened = await open()))
    afterEach(() => opened.close())

    const restart = async (): Promise<Database> => (database = await opened.restart())
    const current: Current = { database: () => database, restart }
    migrationTests(current)
    queryTests(current)
    keyTests(current)

    it('answers a ping until it is closed, and nothing after that', async () => {
      const db = await database.open<{ a_facts: { id: number } }>('a', {
        '1': { up: schema => schema.schema.createTable('a_facts').addColumn('id', 'bigint').execute() }
      })
      await expect(database.ping()).resolves.toBeUndefined()
      await opened.close()
      await expect(database.ping()).rejects.toThrow(Error)
      await expect(database.open('b', {})).rejects.toThrow(Error)
      await expect(db.selectFrom('a_facts').selectAll().execute()).rejects.toThrow(Error)
    })

    it('may be closed twice', async () => {
      await opened.close()
      await expect(opened.close()).resolves.toBeUndefined()
    })
  })
}
