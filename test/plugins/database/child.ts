import { writeSync } from 'node:fs'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'

interface Tables {
  a_rows: { id: number; pid: number }
}

/**
 * A process that uses the file given as its argument. It prints the id of every row once that is acknowledged, and
 * goes on for as many rows as the second argument says. With a third argument it does not close the file.
 */
const [file = '', count = '', unclosed] = process.argv.slice(2)
const database = await SqliteDatabase.connect(file, 10_000)
const db = await database.open<Tables>('a', {
  '1_create': {
    up: async schema => {
      await schema.schema
        .createTable('a_rows')
        .addColumn('id', 'integer', column => column.primaryKey())
        .addColumn('pid', 'integer')
        .execute()
    }
  }
})
for (let left = Number(count); left > 0; left--) {
  const { id } = await db
    .insertInto('a_rows')
    .values({ pid: process.pid } as Tables['a_rows'])
    .returning('id')
    .executeTakeFirstOrThrow()
  writeSync(1, `${id}\n`)
}
if (unclosed === undefined) await database.close()
