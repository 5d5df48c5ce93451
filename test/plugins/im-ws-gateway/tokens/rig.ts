import type { KyselyPlugin, Migration } from 'kysely'
import pino from 'pino'
import type { Database } from '../../../../src/plugins/database/service.ts'
import { SqliteDatabase } from '../../../../src/plugins/database/sqlite-database.ts'
import { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import { createEmbeddedTokens } from '../../../../src/plugins/im-ws-gateway/tokens/embedded.ts'
import { MemoryState } from '../../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../../src/plugins/state/service.ts'
import { fakeClock, type FakeClock } from '../../../../src/testing/index.ts'

export const settings = { tokenSecret: 'a secret of the tests, 32 characters', tokenTtlS: 3_600 }

export type Embedded = Awaited<ReturnType<typeof createEmbeddedTokens>>

/** A database in memory that counts the queries made of it, and nodes that issue tokens over it. */
export interface TokenRig extends AsyncDisposable {
  readonly clock: FakeClock
  readonly database: Database
  /** Queries since the last call. */
  queries(): number
  memoryState(): State
  node(state?: State): Promise<Embedded>
}

export async function startTokens(): Promise<TokenRig> {
  const clock = fakeClock()
  const sqlite = await SqliteDatabase.connect(':memory:', 0)
  const nodes: Embedded[] = []
  let queries = 0
  const database: Database = {
    driver: 'sqlite',
    ping: () => sqlite.ping(),
    async open<Tables>(namespace: string, migrations: Readonly<Record<string, Migration>>) {
      const db = await sqlite.open<Tables>(namespace, migrations)
      const counting: KyselyPlugin = {
        transformQuery({ node }) {
          queries++
          return node
        },
        transformResult: async ({ result }) => result
      }
      return db.withPlugin(counting)
    }
  }
  return {
    clock,
    database,
    queries() {
      const count = queries
      queries = 0
      return count
    },
    memoryState: () => new MemoryState({ maxKeys: 100, clock, log: pino({ level: 'silent' }) }),
    async node(state) {
      const node = await createEmbeddedTokens({ settings, database, state, clock })
      nodes.push(node)
      return node
    },
    async [Symbol.asyncDispose]() {
      for (const node of nodes) await node.close()
      await sqlite.close()
    }
  }
}

/** The code with which something was refused. */
export async function codeOf(refused: Promise<unknown>): Promise<unknown> {
  const error = await refused.then(
    () => undefined,
    (thrown: unknown) => thrown
  )
  return error instanceof ImError ? error.code : error
}
