import { writeSync } from 'node:fs'
import { sql } from 'kysely'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'

interface Tables {
  a_rows: { id: number; pid: number }
}

/**
 * A process that uses the file given as its argument. It prints the id of every row once that is acknowledged, and
 * goes on for as many rows as the second argument says. It does not close the file when the third argument is
 * `unclosed`, and exits with 3 in the middle of a statement when it is `exit`.
 */
const [file = '', count = '', ending] = process.argv.slice(2)
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
if (ending === 'exit') {
  setTimeout(() => process.exit(3), 20)
  await sql`select count(*) from
    (with recursive c(x) as (select 1 union all select x + 1 from c where x < 1000000) select x from c)`.execute(
    db
  )
}
if (ending !== 'unclosed') await database.close()
