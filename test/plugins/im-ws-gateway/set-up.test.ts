import Fastify from 'fastify'
import pino from 'pino'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import type { App } from '../../../src/core/index.ts'
import type { ApiErrors } from '../../../src/plugins/api-error/service.ts'
import type { Database } from '../../../src/plugins/database/service.ts'
import { Config, type ImSettings } from '../../../src/plugins/im-ws-gateway/config.ts'
import { setUp } from '../../../src/plugins/im-ws-gateway/set-up.ts'
import { startTokens } from './tokens/rig.ts'

test.each(['im_chat', 'im_uploads'])(
  'a gateway that fails at the tables of %s leaves no poll behind',
  async refused => {
    await using rig = await startTokens()
    const database: Database = {
      driver: rig.database.driver,
      ping: () => rig.database.ping(),
      async open(namespace, migrations) {
        if (namespace === refused) throw new Error(`no tables of ${namespace}`)
        return rig.database.open(namespace, migrations)
      }
    }
    const app = Fastify() as unknown as App
    const config = { ...(Value.Default(Config, { uploads: {} }) as ImSettings), tokenSecret: 'x'.repeat(32) }
    const log = pino({ level: 'silent' })
    const errors = { define: () => undefined } as unknown as ApiErrors
    await expect(setUp(app, { config, database, errors, clock: rig.clock, log })).rejects.toThrow(refused)
    await app.close()
    rig.queries()
    await rig.clock.advance(3_600_000)
    expect(rig.queries()).toBe(0)
  }
)
