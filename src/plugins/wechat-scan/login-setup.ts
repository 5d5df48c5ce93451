import type { FastifyBaseLogger } from 'fastify'
import type { App, Clock } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import type { SseHub } from '../sse-hub/service.ts'
import type { State } from '../state/service.ts'
import type { WechatSimulator } from '../wechat-simulator/service.ts'
import { accountsOf, placesFor, type ScanAccount } from './account.ts'
import type { ScanSettings } from './config.ts'
import { Codes } from './exchange-codes.ts'
import { Limits } from './limits.ts'
import { Counters } from './login-counters.ts'
import { HandleStore } from './login-handle.ts'
import { ScanLogin, type Station } from './login-service.ts'
import { Streams } from './login-streams.ts'
import { Logins } from './login.ts'
import { MessageListeners } from './messages.ts'
import { addRoutes } from './routes-setup.ts'
import { SceneStore } from './scene-store.ts'
import type { LoginListener } from './service.ts'
import { busyWhileAway } from './state-away.ts'
import { DayQuota } from './stock-quota.ts'
import { Stock } from './stock.ts'
import { WechatApi } from './wechat-api.ts'

/** What the plugin is set up with. */
export interface SetupParts {
  readonly settings: ScanSettings
  readonly hub: SseHub
  readonly state: State
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly errors: ApiErrors | undefined
  readonly simulator: WechatSimulator | undefined
}

/** Puts the parts together and adds the routes to `app`. */
export function setUp(app: App, given: SetupParts): ScanLogin {
  const parts = { ...given, state: busyWhileAway(given.state) }
  const { settings, state, clock, log, simulator } = parts
  const counters = new Counters()
  const accounts = accountsOf(settings, simulator)
  const stations = accounts.map(account => stationOf(account, counters, parts))
  const [first = { appId: '' }] = accounts
  const ttlMs = settings.sceneTtlS * 1_000
  const scenes = new SceneStore(state, clock, ttlMs)
  const handles = new HandleStore(state, ttlMs)
  const limits = new Limits({ state, clock, log, counters, perMinute: settings.scenesPerMinute })
  const stocks = new Map(stations.map(({ account, stock }) => [account.name, stock]))
  const logins = new Logins({ ...settings, scenes, handles, stocks, limits, counters, state, log })
  const announce = (handle: string) => logins.announce(handle)
  const apis = new Map(settings.unionId ? stations.map(({ account, api }) => [account.name, api]) : [])
  const codes = new Codes({ state, scenes, handles, announce, counters, log, apis })
  const streams = new Streams({ ...settings, hub: parts.hub, logins, state, clock, log })

  const messages = new MessageListeners(log)
  const listeners: LoginListener[] = []
  const scan = new ScanLogin({ stations, codes, messages, counters, clock, listeners })
  addRoutes(app, {
    ...parts,
    accounts,
    counters,
    scenes,
    logins,
    codes,
    streams,
    messages,
    listeners,
    announce,
    pictures: placesFor(first, settings.apiBase, simulator).pictures,
    phone: simulator?.account.appId === first.appId ? `${simulator.apiBase}/wechat-simulator` : undefined
  })
  app.addHook('onReady', async () => scan.warmUp())
  app.addHook('preClose', async () => scan.stop())
  app.addHook('onClose', () => streams.close())
  return scan
}

function stationOf(account: ScanAccount, counters: Counters, parts: SetupParts): Station {
  const { settings, state, clock, log, simulator } = parts
  const { api: base } = placesFor(account, settings.apiBase, simulator)
  const api = new WechatApi({ account, base, state, clock, log, kind: settings.accessToken })
  const { appId } = account
  const quota = new DayQuota({ appId, limit: settings.dailyQuota, state, clock, log, counters })
  const { stock: target, sceneTtlS: ttlS } = settings
  return { account, api, quota, stock: new Stock({ api, quota, clock, log, counters, target, ttlS }) }
}
