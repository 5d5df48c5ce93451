import { sql } from 'kysely'
import pino from 'pino'
import { expect, it, test } from 'vitest'
import { PostgresDatabase } from '../../../../src/plugins/database/postgres/postgres-database.ts'
import { statementFailure } from '../../../../src/plugins/database/postgres/postgres-failure.ts'
import { hasPostgres, startPostgres } from '../../../servers/postgres.ts'
import { figuresOf } from '../../metrics/figures.ts'

const times = 'paifang_database_statement_duration_seconds_count'

it.skipIf(!hasPostgres)('statements, failures and connections are counted', async () => {
  await using postgres = await startPostgres()
  const url = await postgres.database()
  const settings = { url, maxConnections: 2, connectTimeoutMs: 30_000, statementTimeoutMs: 3_000 }
  const database = await PostgresDatabase.connect(settings, pino({ level: 'silent' }))
  const db = await database.open<{ a_counts: { n: number } }>('a', {
    '1': {
      up: schema =>
        schema.schema
          .createTable('a_counts')
          .addColumn('n', 'bigint', n => n.primaryKey())
          .execute()
    }
  })
  const before = figuresOf(database.metrics())
  const since = (): Record<string, number> => {
    const grown = Object.entries(figuresOf(database.metrics())).map(
      ([name, value]) => [name, name.includes('_connections') ? value : value - (before[name] ?? 0)] as const
    )
    return Object.fromEntries(grown.filter(([, value]) => value !== 0))
  }
  const put = (n: number): Promise<unknown> => db.insertInto('a_counts').values({ n }).execute()
  const read = (): Promise<unknown> => db.selectFrom('a_counts').select('n').execute()
  for (const n of [1, 2]) await put(n)
  for (const _ of [1, 2, 3]) await read()
  await expect(put(1)).rejects.toThrow('duplicate key')
  await expect(sql`select pg_sleep(60)`.execute(db)).rejects.toThrow('statement timeout')
  expect(since()).toMatchObject({
    [`${times}{kind="write"}`]: 3,
    [`${times}{kind="read"}`]: 4,
    paifang_database_turn_wait_seconds_count: 3,
    'paifang_database_errors_total{reason="constraint"}': 1,
    'paifang_database_errors_total{reason="timeout"}': 1,
    paifang_database_connections_allowed: 2
  })

  const lock = sql`select pg_advisory_xact_lock(7)`
  const waiting = await db.transaction().execute(async trx => {
    await lock.execute(trx)
    // One of them gets the second connection, and waits for the lock.
    const both = Promise.all([lock.execute(db), lock.execute(db)])
    await expect.poll(() => since()['paifang_database_connections_awaited']).toBe(1)
    expect(since()).toMatchObject({ 'paifang_database_connections{state="used"}': 2 })
    return () => both
  })
  await waiting()
  expect(since()).toMatchObject({ 'paifang_database_connections{state="idle"}': 2 })
  expect(since()).not.toHaveProperty('paifang_database_connections_awaited')
  await database.close()
})

test.each([
  ['23505', 'constraint'],
  ['40001', 'busy'],
  ['40P01', 'busy'],
  ['57014', 'timeout'],
  ['57P01', 'connection'],
  ['53100', 'full'],
  ['42P01', 'other']
])('the code %s of the server is a failure of the kind %s', (code, kind) => {
  expect(statementFailure(Object.assign(new Error('no'), { severity: 'ERROR', code }))).toBe(kind)
})

test('what is no answer of the server is a connection that was lost', () => {
  expect(statementFailure(new Error('Connection terminated unexpectedly'))).toBe('connection')
  expect(statementFailure(new Error('Query read timeout'))).toBe('timeout')
  expect(statementFailure(new TypeError('The database has no type for it'))).toBe('other')
})
