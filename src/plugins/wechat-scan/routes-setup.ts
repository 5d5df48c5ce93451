import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { isProduction, type App, type Clock } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import type { State } from '../state/service.ts'
import type { ScanAccount } from './account.ts'
import { addCallback } from './callback.ts'
import { addCompatRoute } from './compat.ts'
import type { ScanSettings } from './config.ts'
import { PageConfirmation } from './confirm-page.ts'
import { ChatConfirmation } from './confirm-reply.ts'
import { textsIn } from './confirm-texts.ts'
import { addDemo } from './demo.ts'
import type { Codes } from './exchange-codes.ts'
import type { Counters } from './login-counters.ts'
import { NewsDesk } from './login-news.ts'
import type { Streams } from './login-streams.ts'
import { Tickets } from './login-tickets.ts'
import type { Logins } from './login.ts'
import type { MessageListeners } from './messages.ts'
import { Browsers } from './routes-browser.ts'
import { addExchangeRoute } from './routes-exchange.ts'
import { answerPreflight, originRule } from './routes-origin.ts'
import { addScanRoutes } from './routes.ts'
import { ScenesSink } from './scene-sink.ts'
import type { SceneStore } from './scene-store.ts'
import type { LoginListener } from './service.ts'
import { addWidget } from './widget.ts'

/** What the routes work with. */
export interface RoutesParts {
  readonly settings: ScanSettings
  readonly accounts: readonly ScanAccount[]
  readonly state: State
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly errors: ApiErrors | undefined
  readonly counters: Counters
  readonly scenes: SceneStore
  readonly logins: Logins
  readonly codes: Codes
  readonly streams: Streams
  readonly messages: MessageListeners
  readonly listeners: readonly LoginListener[]
  readonly announce: (handle: string) => Promise<void>
  /** Base URL of the pictures that WeChat draws. */
  readonly pictures: string
  /** The page of the simulator's phone, if there is one. */
  readonly phone: string | undefined
}

/** Adds all routes: WeChat's callback, those of browsers and backends, and the page for phones. */
export function addRoutes(app: App, parts: RoutesParts): void {
  addForWechat(app, parts)
  addForBrowsers(app, parts)
}

/** What a scan does, the question to whoever scanned, and the callback that tells of both. */
function addForWechat(app: App, parts: RoutesParts): void {
  const { settings } = parts
  const { confirm, siteName, language } = settings
  const publicUrl = settings.publicUrl.replace(/\/+$/, '')
  const texts = textsIn(language)
  const chat = confirm === 'reply' ? new ChatConfirmation({ ...parts, texts, siteName }) : undefined
  const page =
    confirm === 'page' ? new PageConfirmation({ ...parts, texts, language, siteName, publicUrl }) : undefined
  page?.addRoutes(app)
  addCallback(app, {
    ...parts,
    sink: new ScenesSink({ ...parts, texts, siteName, chat, confirmation: chat ?? page })
  })
}

function addForBrowsers(app: App, parts: RoutesParts): void {
  const { settings, accounts, state, clock, errors } = parts
  const { origins, streamMs, clientSecret, sseToken: token, ssePerMinute: perAddress } = settings
  const alwaysSecure = settings.publicUrl.startsWith('https://')
  const account = accounts[0]?.name ?? 'default'
  const tickets = new Tickets(state)
  const browsers = new Browsers(tickets, alwaysSecure)
  const news = new NewsDesk({ ...parts, tickets, clock, streamMs })
  addWidget(app, { origins })
  if (!isProduction(app)) addDemo(app, parts)
  void app.register(async (child: FastifyInstance) => {
    const site = child.withTypeProvider<TypeBoxTypeProvider>()
    // Pages know these answers in one form, whatever the others are written in.
    errors?.dialectFor(site, 'problem')
    site.addHook('onRequest', originRule(origins))
    addScanRoutes(site, { ...parts, news, browsers, account })
    addExchangeRoute(site, { ...parts, browsers, clientSecret })
    if (settings.profile === 'compat')
      addCompatRoute(site, { ...parts, account, token, perAddress, alwaysSecure })
    if (origins.length === 0) return
    for (const path of ['/v1/scan', '/v1/scan/*'])
      site.options(path, { config: { raw: true } }, answerPreflight)
  })
}
