import { sql, type Kysely, type Migration, type Transaction } from 'kysely'
import type { Database } from '../../database/service.ts'
import { fencedDialect } from './fenced-dialect.ts'

interface Tables {
  /** The term of whoever may write to the tables of a namespace, and who that is. */
  im_nodes_terms: { readonly namespace: string; readonly term: number; readonly host: string }
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
        .values({ namespace: drawn, term: 0 } as never)
        .execute()
    }
  },
  '002-hosts': {
    async up(db) {
      await db.schema
        .alterTable('im_nodes_terms')
        .addColumn('host', 'text', column => column.notNull().defaultTo(''))
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
  /**
   * Draws the next term: a number that is larger than all before, and than `known`. A database that has lost its last
   * writes (a replica that was promoted) may draw one again that it has drawn before.
   * @param known the last term that was heard of
   */
  next(known?: number): Promise<number>
  /**
   * The database as the host of a term sees it. Opening a namespace claims it for the term, once what is being
   * written there is committed; from then on hosts of earlier terms cannot write to it any more, nor can another host of
   * the same term: the first one to claim has it, and whoever comes later has to draw again.
   *
   * A write transaction reads one row by its primary key for that. Nothing is locked beside what the database locks
   * anyway: transactions of a namespace take turns on all nodes, and so does the claim, so that the row cannot change
   * between that read and the commit. A lease that is only believed in, by a process that stood still, writes nothing.
   * @param host names this host, in this term, as no other is named
   * @param fenced called, once, when it was found to be somebody else's
   * @throws {FencedError} from `open`, writes and transactions, when it is somebody else's
   */
  during(term: number, host: string, fenced: () => void): Database
}

/** @throws {Error} when the database cannot be brought up to date */
export async function openTerms(database: Database): Promise<Terms> {
  const db = await database.open<Tables>('im_nodes', migrations)
  return {
    async next(known = 0) {
      const { term } = await db
        .updateTable('im_nodes_terms')
        .set({ term: sql<number>`case when term < ${known} then ${known} else term end + 1` })
        .where('namespace', '=', drawn)
        .returning('term')
        .executeTakeFirstOrThrow()
      return term
    },
    during(term, host, fenced) {
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
          const isClaimed = await base.transaction().execute(trx => claim(trx, { namespace, term, host }))
          if (!isClaimed) end()
          const check = async (trx: Kysely<Tables>): Promise<void> => {
            if (isOver) end()
            const found = await trx
              .selectFrom('im_nodes_terms')
              .select(['term', 'host'])
              .where('namespace', '=', namespace)
              .executeTakeFirst()
            if (found?.term !== term || found.host !== host) end()
          }
          return fencedDialect(base, check) as Kysely<unknown> as Kysely<Opened>
        }
      }
    }
  }
}

async function claim(trx: Transaction<Tables>, row: Tables['im_nodes_terms']): Promise<boolean> {
  const { term, host } = row
  const claimed = await trx
    .insertInto('im_nodes_terms')
    .values(row)
    .onConflict(on =>
      on
        .column('namespace')
        .doUpdateSet({ term, host })
        .where(eb =>
          eb.or([
            eb('im_nodes_terms.term', '<', term),
            eb.and([eb('im_nodes_terms.term', '=', term), eb('im_nodes_terms.host', '=', host)])
          ])
        )
    )
    .returning('term')
    .executeTakeFirst()
  return claimed !== undefined
}
