import type { FastifyBaseLogger } from 'fastify'
import { localOrigin, type App, type Clock } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import type { Metrics } from '../metrics/service.ts'
import type { SignBridge } from '../sign-bridge/service.ts'
import type { SignSimulator } from '../sign-simulator/service.ts'
import type { WechatSimulator } from '../wechat-simulator/service.ts'
import type { ConsoleSettings } from './config.ts'
import { exampleBody, isSimulated } from './example-signature.ts'
import { Feed } from './feed.ts'
import { isOnThisMachine } from './on-this-machine.ts'
import { RecentFailures } from './recent-failures.ts'
import { addConsole } from './routes.ts'
import type { Console } from './service.ts'
import { takeSnapshot, type Snapshot } from './snapshot.ts'
import { lookAround, type Surroundings } from './surroundings.ts'

/** What a console is made of. */
export interface ConsoleOptions {
  readonly app: App
  readonly settings: ConsoleSettings
  readonly log: FastifyBaseLogger
  readonly clock: Clock
  readonly errors: ApiErrors | undefined
  readonly metrics: Metrics | undefined
  readonly bridge: SignBridge | undefined
  readonly cards: SignSimulator | undefined
  readonly phones: WechatSimulator | undefined
}

/** A console, as its plugin knows it. */
export interface RunningConsole extends Console {
  readonly feed: Feed
  /** Adds the page to the admin listener, at the prefix of `admin`. */
  addTo(admin: App): void
}

/** Begins to remember failures, and puts the page on the gateway unless it is one in production or its path is taken. */
export function startConsole(options: ConsoleOptions): RunningConsole {
  const { app, settings, log, clock, errors, metrics } = options
  const { gateway } = app
  const failures: RecentFailures = new RecentFailures(clock, errors, () => feed.hurry())
  const take = (): Promise<Snapshot> => takeSnapshot({ gateway, metrics, failures })
  const feed = new Feed(take, clock, log)
  gateway.onAnswer(failures.take)
  app.addHook('preClose', async () => feed.end())

  const isTaken = app.hasRoute({ method: 'GET', url: settings.path })
  if (isTaken && !gateway.production)
    log.warn({ path: settings.path }, 'this path is taken: the console is on the admin listener alone')
  const path = isTaken || gateway.production ? undefined : settings.path
  const parts = { feed, take, lookAround: () => surroundingsOf(options) }
  if (path !== undefined) {
    app.addHook('onRequest', (request, reply, done) => {
      if (isOnThisMachine(request)) done()
      else reply.callNotFound()
    })
    const files = path === '/' ? '/_console' : path
    addConsole(app, parts, { page: path, files, prefix: '', origin: () => '' })
  }
  return {
    path,
    feed,
    failures: () => failures.list(),
    addTo: admin =>
      addConsole(admin, parts, { page: '', files: '', prefix: admin.prefix, origin: () => localOrigin(app) })
  }
}

function surroundingsOf({ app, bridge, cards, phones }: ConsoleOptions): Surroundings {
  const isHarmless = !app.gateway.production && isSimulated(bridge, cards)
  return lookAround(
    app.gateway.addedRoutes,
    phones && `${phones.apiBase}/wechat-simulator`,
    isHarmless ? exampleBody() : undefined
  )
}
