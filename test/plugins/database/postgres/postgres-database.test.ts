import { afterAll, beforeAll, describe } from 'vitest'
import database from '../../../../src/plugins/database/index.ts'
import { testPlugin } from '../../../../src/testing/index.ts'
import { databaseContract } from '../../../contracts/database.ts'
import { hasPostgres, startPostgres, type PostgresServer } from '../../../servers/postgres.ts'

describe.skipIf(!hasPostgres)('with a server', () => {
  let postgres: PostgresServer
  beforeAll(async () => void (postgres = await startPostgres()))
  afterAll(() => postgres[Symbol.asyncDispose]())

  databaseContract('postgres', async () => {
    const config = { driver: 'postgres' as const, postgres: { url: await postgres.database() } }
    let app = await testPlugin(database, { config })
    return {
      database: app.service,
      async restart() {
        await app.close()
        app = await testPlugin(database, { config })
        return app.service
      },
      close: () => app.close()
    }
  })
})
