import type { FastifyBaseLogger } from 'fastify'
import { isProduction, calendarOf, type App, type Clock } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import { openKey, type Database } from '../database/service.ts'
import type { Sessions } from '../sessions/service.ts'
import { MinuteLimits, type State } from '../state/service.ts'
import { ClickQueue } from './click-queue.ts'
import type { ClickSettings } from './config.ts'
import { DailySalt } from './daily-salt.ts'
import { DayEnd } from './day-end.ts'
import { recordClicks } from './record.ts'
import { addRoutes } from './routes.ts'
import { openTables } from './tables.ts'
import { TargetClicks, type PendingClick } from './target-clicks.ts'
import { Targets } from './targets.ts'

export interface SetUpParts {
  readonly settings: ClickSettings
  readonly database: Database
  readonly sessions?: Sessions | undefined
  readonly state?: State | undefined
  readonly errors?: ApiErrors | undefined
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** Puts the service together, and adds its routes to the gateway. */
export async function setUp(app: App, parts: SetUpParts): Promise<TargetClicks> {
  const { settings, database, sessions, state, errors, clock, log } = parts
  const { secret, keyFile } = settings
  const place = { plugin: 'click-stats', setting: 'secret', secret, keyFile }
  const key = await openKey(database, place, log, isProduction(app))
  const db = await openTables(database)
  const calendar = calendarOf(settings.timezone)
  const salt = new DailySalt({ calendar, clock, log, state })
  const limits = new MinuteLimits({ prefix: 'click-stats', clock, log, state })
  const write = async (clicks: readonly PendingClick[]): Promise<void> =>
    recordClicks(db, await Promise.all(clicks.map(settled)))
  const queue = new ClickQueue<PendingClick>({ write, maxQueued: settings.maxQueued, clock, log })
  const targets = new Targets(db)
  const clicks = new TargetClicks({ settings, key, targets, queue, limits, salt, calendar, sessions, clock })
  const dayEnd = new DayEnd({ db, salt, calendar, clock, log })

  app.addHook('onClose', async () => {
    await dayEnd.stop()
    await queue.close()
  })
  await app.register(async child => {
    errors?.dialectFor(child, 'ws3')
    addRoutes(child.withTypeProvider(), settings, clicks)
  })
  return clicks
}

async function settled({ mark, ...click }: PendingClick) {
  return mark ? { ...click, mark: await mark } : click
}
