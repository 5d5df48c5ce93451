import type { Kysely, Migration } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { Current } from '../database.ts'

/** Migrations, which every test makes leave a row when they run. */
export function migrationTests({ database, restart }: Current): void {
  describe('migrations', () => {
    it('run once each, in the order of their names', async () => {
      const { migrations, runs } = journal('3_c', '1_a', '10_b')
      await database().open('a', migrations)
      expect(runs).toEqual(['10_b', '1_a', '3_c'])
      await database().open('a', migrations)
      await (await restart()).open('a', migrations)
      expect(runs).toEqual(['10_b', '1_a', '3_c'])
    })

    it('run once each when a namespace is opened many times at once', async () => {
      const { migrations, runs } = journal('1_a', '2_b')
      await Promise.all(Array.from({ length: 10 }, () => database().open('a', migrations)))
      expect(runs).toEqual(['1_a', '2_b'])
    })

    it('keep the rows that are there and add what is new', async () => {
      const before = await database().open<Tables>('a', { '1_create': createWords('a_words') })
      await before.insertInto('a_words').values({ word: 'kept' }).execute()
      const added: Migration = {
        up: async db => {
          await (db as Kysely<Tables>).insertInto('a_words').values({ word: 'added' }).execute()
        }
      }
      const migrations = { '1_create': createWords('a_words'), '2_add': added, '0_late': added }
      const after = await (await restart()).open<Tables>('a', migrations)
      expect(await wordsOf(after, 'a_words')).toEqual(['added', 'added', 'kept'])
    })

    it('leave nothing behind when one of them fails, and say which', async () => {
      const broken: Migration = { up: () => Promise.reject(new Error('no such luck')) }
      let runs = 0
      const create = createWords('a_words')
      const counted: Migration = {
        up: async db => {
          runs++
          await create.up(db)
        }
      }
      const first = { '1_create': counted }
      await expect(database().open('a', { ...first, '2_broken': broken, '3_more': broken })).rejects.toThrow(
        "Migration '2_broken' of namespace 'a' failed and was rolled back: no such luck"
      )
      const db = await (await restart()).open<Tables>('a', { ...first, '2_broken': createWords('a_more') })
      expect(runs).toBe(2)
      expect(await wordsOf(db, 'a_words')).toEqual([])
      expect(await wordsOf(db, 'a_more')).toEqual([])
    })

    it('name the one whose SQL is refused', async () => {
      const twice = { '1_create': createWords('a_words'), '2_again': createWords('a_words') }
      await expect(database().open('a', twice)).rejects.toThrow(/^Migration '2_again' .* already exists/)
    })

    it('refuse tables that a newer program made', async () => {
      await database().open('a', { '1_create': createWords('a_words'), '2_new': createWords('a_more') })
      await expect(database().open('a', { '1_create': createWords('a_words') })).rejects.toThrow(
        "The tables of namespace 'a' were migrated by a newer Paifang (2_new): start that version, or restore"
      )
    })

    it('of one namespace are no concern of another', async () => {
      const [a, b] = await Promise.all([
        database().open<Tables>('a', { '1_create': createWords('a_words') }),
        database().open<Tables>('b', { '1_create': createWords('b_words') })
      ])
      await a.insertInto('a_words').values({ word: 'of a' }).execute()
      await b.insertInto('b_words').values({ word: 'of b' }).execute()
      expect(await wordsOf(a, 'a_words')).toEqual(['of a'])
      expect(await wordsOf(b, 'b_words')).toEqual(['of b'])
    })

    it('may be none', async () => {
      await expect(database().open('a', {})).resolves.toBeDefined()
    })

    it('take a namespace only if its tables can be named after it', async () => {
      const wrong = [
        '',
        'A',
        '1a',
        '_a',
        'a-b',
        'a b',
        'a"b',
        "a'; drop table b; --",
        'ä',
        'a\n',
        'a'.repeat(41)
      ]
      for (const namespace of wrong) await expect(database().open(namespace, {})).rejects.toThrow(TypeError)
      await expect(database().open('a'.repeat(40), {})).resolves.toBeDefined()
    })
  })
}

type Tables = Record<string, { word: string }>

function createWords(table: string): Migration {
  return { up: db => db.schema.createTable(table).addColumn('word', 'text').execute() }
}

async function wordsOf(db: Kysely<Tables>, table: string): Promise<string[]> {
  const rows = await db.selectFrom(table).select('word').execute()
  return rows.map(({ word }) => word).toSorted()
}

function journal(...names: readonly string[]): { migrations: Record<string, Migration>; runs: string[] } {
  const runs: string[] = []
  const entries = names.map(name => [name, { up: async () => void runs.push(name) }])
  return { migrations: Object.fromEntries(entries) as Record<string, Migration>, runs }
}
