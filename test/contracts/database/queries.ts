import * as fc from 'fast-check'
import type { Generated, Insertable, Kysely, Migration } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/plugins/database/service.ts'
import type { Current } from '../database.ts'

interface Tables {
  q_values: {
    id: number
    text: Generated<string | null>
    whole: Generated<number | bigint | null>
    real: Generated<number | null>
    bytes: Generated<Uint8Array | null>
  }
  q_notes: { value_id: number; note: string }
}

/** Rows: types, transactions, constraints. */
export function queryTests({ database, restart }: Current): void {
  let db: Kysely<Tables>
  beforeEach(async () => void (db = await open(database())))
  const insert = (row: Insertable<Tables['q_values']>): Promise<unknown> =>
    db.insertInto('q_values').values(row).execute()
  const ids = async (): Promise<number[]> => {
    const rows = await db.selectFrom('q_values').select('id').orderBy('id').execute()
    return rows.map(({ id }) => id)
  }

  describe('values', () => {
    it('come back as they were written', async () => {
      const text = fc.string({ unit: 'binary' }).filter(value => !value.includes('\0'))
      const whole = fc.maxSafeInteger()
      const real = fc.double({ noNaN: true }).map(value => value + 0)
      const row = fc.record({ text, whole, real, bytes: fc.uint8Array() })
      let id = 0
      await fc.assert(
        fc.asyncProperty(row, async expected => {
          await insert({ id: ++id, ...expected })
          const query = db.selectFrom('q_values').selectAll().where('id', '=', id)
          const found = await query.executeTakeFirstOrThrow()
          const bytes = Uint8Array.from(found.bytes ?? [])
          expect({ ...found, bytes }).toEqual({ id, ...expected })
        }),
        { numRuns: 50 }
      )
    })

    it('are found by what they hold', async () => {
      const texts = [
        '',
        ' ',
        '牌坊',
        '😀👩‍👩‍👧',
        'é',
        '\r\n\t',
        '\uFFFF',
        '\u202E',
        "'; drop table q_values; --",
        '"\\%_'
      ]
      const wholes = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0, 2 ** 31, -(2 ** 31) - 1]
      await db
        .insertInto('q_values')
        .values(texts.map((text, id) => ({ id, text })))
        .execute()
      await db
        .insertInto('q_values')
        .values(wholes.map((whole, id) => ({ id: 100 + id, whole })))
        .execute()
      const query = db.selectFrom('q_values')
      for (const text of texts)
        expect(await query.select('text').where('text', '=', text).execute()).toEqual([{ text }])
      for (const whole of wholes)
        expect(await query.select('whole').where('whole', '=', whole).execute()).toEqual([{ whole }])
    })

    it('write a number into text as its digits', async () => {
      await insert({ id: 1, text: 5 as unknown as string })
      expect(await db.selectFrom('q_values').select('text').execute()).toEqual([{ text: '5' }])
    })

    it('hold parts of larger buffers, empty bytes and null', async () => {
      await insert({ id: 1, bytes: Buffer.from('hello').subarray(1, 3) })
      await insert({ id: 2, bytes: new Uint8Array() })
      await insert({ id: 3 })
      const rows = await db.selectFrom('q_values').select('bytes').orderBy('id').execute()
      expect(rows.map(({ bytes }) => bytes && Buffer.from(bytes).toString())).toEqual(['el', '', null])
    })

    it('are refused when they would come back changed', async () => {
      await expect(insert({ id: 1, text: 'a\0b' })).rejects.toThrow(Error)
      await expect(insert({ id: 1, whole: 2n ** 53n })).rejects.toThrow(Error)
      await expect(insert({ id: 1, whole: -(2n ** 63n) })).rejects.toThrow(Error)
      expect(await ids()).toEqual([])
    })

    it('are there after a restart', async () => {
      await insert({ id: 1, text: 'kept' })
      db = await open(await restart())
      expect(await db.selectFrom('q_values').select('text').execute()).toEqual([{ text: 'kept' }])
    })
  })

  describe('transactions', () => {
    it('come into force as a whole', async () => {
      await db.transaction().execute(async trx => {
        for (const id of [1, 2]) await trx.insertInto('q_values').values({ id }).execute()
        await trx.insertInto('q_notes').values({ value_id: 2, note: 'of 2' }).execute()
        expect(await trx.selectFrom('q_values').select('id').execute()).toHaveLength(2)
      })
      expect(await ids()).toEqual([1, 2])
      expect(await db.selectFrom('q_notes').selectAll().execute()).toEqual([{ value_id: 2, note: 'of 2' }])
    })

    it('leave nothing when they throw, and the next query works', async () => {
      const failing = db.transaction().execute(async trx => {
        await trx.insertInto('q_values').values({ id: 1 }).execute()
        throw new Error('changed my mind')
      })
      await expect(failing).rejects.toThrow('changed my mind')
      expect(await ids()).toEqual([])
      await insert({ id: 1 })
      expect(await ids()).toEqual([1])
    })

    it('leave nothing when a query in them fails', async () => {
      await insert({ id: 2 })
      const failing = db.transaction().execute(async trx => {
        for (const id of [1, 2]) await trx.insertInto('q_values').values({ id }).execute()
      })
      await expect(failing).rejects.toThrow(Error)
      expect(await ids()).toEqual([2])
    })

    it('do not mix with queries that run beside them', async () => {
      const steps = Array.from({ length: 20 }, (_, index) => index)
      const moves = steps.map(step =>
        db.transaction().execute(async trx => {
          await trx.insertInto('q_values').values({ id: step }).execute()
          if (step % 2) throw new Error('odd')
        })
      )
      const singles = steps.map(step => insert({ id: 100 + step }))
      await Promise.allSettled([...moves, ...singles])
      const even = steps.filter(step => step % 2 === 0)
      expect(await ids()).toEqual([...even, ...steps.map(step => 100 + step)])
    })
  })

  describe('constraints', () => {
    it('make a second row with a unique value an error', async () => {
      await insert({ id: 1, text: 'first' })
      await expect(insert({ id: 1, text: 'second' })).rejects.toThrow(/unique/i)
      expect(await db.selectFrom('q_values').select('text').execute()).toEqual([{ text: 'first' }])
    })

    it('hold between tables', async () => {
      const orphan = db.insertInto('q_notes').values({ value_id: 9, note: 'of nobody' }).execute()
      await expect(orphan).rejects.toThrow(/foreign key/i)
    })
  })

  it('says how many rows a statement changed, and returns rows on request', async () => {
    const created = await db
      .insertInto('q_values')
      .values([{ id: 1 }, { id: 2 }, { id: 3 }])
      .returning('id')
      .execute()
    expect(created.map(({ id }) => id)).toEqual([1, 2, 3])
    const again = await db
      .insertInto('q_values')
      .values({ id: 1 })
      .onConflict(conflict => conflict.doNothing())
      .executeTakeFirst()
    expect(again.numInsertedOrUpdatedRows).toBe(0n)
    const updated = await db.updateTable('q_values').set({ text: 'x' }).where('id', '>', 1).executeTakeFirst()
    expect(updated.numUpdatedRows).toBe(2n)
    const deleted = await db.deleteFrom('q_values').where('id', '>', 9).executeTakeFirst()
    expect(deleted.numDeletedRows).toBe(0n)
    expect(await db.selectFrom('q_values').select('id').orderBy('id').limit(1).offset(1).execute()).toEqual([
      { id: 2 }
    ])
  })
}

function open(database: Database): Promise<Kysely<Tables>> {
  const create: Migration = {
    up: async schema => {
      await schema.schema
        .createTable('q_values')
        .addColumn('id', 'bigint', column => column.primaryKey())
        .addColumn('text', 'text')
        .addColumn('whole', 'bigint')
        .addColumn('real', 'double precision')
        .addColumn('bytes', database.driver === 'postgres' ? 'bytea' : 'blob')
        .execute()
      await schema.schema
        .createTable('q_notes')
        .addColumn('value_id', 'bigint', column => column.references('q_values.id'))
        .addColumn('note', 'text')
        .execute()
    }
  }
  return database.open('q', { '1_create': create })
}
