import type { Kysely, Migration, Transaction } from 'kysely'
import type { Database } from '../../database/service.ts'
import { fencedDialect } from './fenced-dialect.ts'

interface Tables {
  /** The term of whoever may write to the tables of a namespace. */
  im_nodes_terms: { readonly namespace: string; readonly term: number }
}

/** Not a namespace: the row that terms are drawn from. */
const drawn = ''

const migrations: Readonly<Record<string, Migration>> = {
  '001-terms': {
    async up(db) {
      await db.schema
        .createTable('im_nodes_terms')
        .addColumn('namespace', 'text', column => column.primaryKey())
        .addColumn('term', 'bigint', column => column.notNull())
        .execute()
      await (db as Kysely<Tables>)
        .insertInto('im_nodes_terms')
        .values({ namespace: drawn, term: 0 })
        .execute()
    }
  }
}

/** Another node runs the chat by now: nothing was written, and nothing can be any more. */
export class FencedError extends Error {
  override readonly name = 'FencedError'

  constructor() {
    super('another node runs the chat by now')
  }
}

/** The times during which one node or another runs the chat. */
export interface Terms {
  /** Draws the next term: a number that is larger than all before. */
  next(): Promise<number>
  /**
   * The database as the host of a term sees it. Opening a namespace claims it for the term, once what is being
   * written there is committed; from then on hosts of earlier terms cannot write to it any more.
   *
   * A write transaction reads one row by its primary key for that. Nothing is locked beside what the database locks
   * anyway: transactions of a namespace take turns on all nodes, and so does the claim, so that the row cannot change
   * between that read and the commit. A lease that is only believed in, by a process that stood still, writes nothing.
   * @param fenced called, once, when a later term was found
   * @throws {FencedError} from `open`, writes and transactions, when there is a later term
   */
  during(term: number, fenced: () => void): Database
}

/** @throws {Error} when the database cannot be brought up to date */
export async function openTerms(database: Database): Promise<Terms> {
  const db = await database.open<Tables>('im_nodes', migrations)
  return {
    async next() {
      const { term } = await db
        .updateTable('im_nodes_terms')
        .set(eb => ({ term: eb('term', '+', 1) }))
        .where('namespace', '=', drawn)
        .returning('term')
        .executeTakeFirstOrThrow()
      return term
    },
    during(term, fenced) {
      let isOver = false
      const end = (): never => {
        if (!isOver) fenced()
        isOver = true
        throw new FencedError()
      }
      return {
        driver: database.driver,
        ping: () => database.ping(),
        async open<Opened>(namespace: string, own: Readonly<Record<string, Migration>>) {
          const base = await database.open<Tables>(namespace, own)
          const isClaimed = await base.transaction().execute(trx => claim(trx, namespace, term))
          if (!isClaimed) end()
          const check = async (trx: Kysely<Tables>): Promise<void> => {
            if (isOver) end()
            const found = await trx
              .selectFrom('im_nodes_terms')
              .select('term')
              .where('namespace', '=', namespace)
              .executeTakeFirst()
            if (found?.term !== term) end()
          }
          return fencedDialect(base, check) as Kysely<unknown> as Kysely<Opened>
        }
      }
    }
  }
}

async function claim(trx: Transaction<Tables>, namespace: string, term: number): Promise<boolean> {
  const claimed = await trx
    .insertInto('im_nodes_terms')
    .values({ namespace, term })
    .onConflict(on => on.column('namespace').doUpdateSet({ term }).where('im_nodes_terms.term', '<=', term))
    .returning('term')
    .executeTakeFirst()
  return claimed !== undefined
}
