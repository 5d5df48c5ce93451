import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { whenGone, type App } from '../../core/index.ts'
import { ApiError, result } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import { browserName } from './login-agent.ts'
import type { Login, Logins } from './login.ts'
import { svgOf, type News, type NewsDesk } from './login-news.ts'
import type { Streams } from './login-streams.ts'
import { Begin, Begun, Events, Picture, PictureQuery, Standing, WithTicket } from './login-schemas.ts'
import { qrSvg } from './qr-svg.ts'
import type { Browsers } from './routes-browser.ts'
import type { SceneStore } from './scene-store.ts'

export interface ScanRoutesParts {
  readonly logins: Logins
  readonly streams: Streams
  readonly news: NewsDesk
  readonly browsers: Browsers
  readonly scenes: SceneStore
  /** The account of those who name none. */
  readonly account: string
}

const tags = ['scan']
const EventStream = { 200: { content: { 'text/event-stream': { schema: Events } } }, 204: Type.Null() }
const places = { svg: '/v1/scan/qr.svg', stream: '/v1/scan/stream', poll: '/v1/scan/status' }
const refusals = [Errors['scan.origin_refused'], Errors['scan.too_many'], Errors['scan.busy']]
const limits = {
  bodyLimit: 4_096,
  config: {
    access: 'public, limited by address',
    failures: [...refusals, Errors['scan.unknown_account']]
  }
}
const ofBrowser = {
  access: 'the cookie or ticket of the browser that began',
  failures: [Errors['scan.no_login'], Errors['scan.origin_refused'], Errors['scan.busy']]
}

/** `POST /v1/scan`, `POST /v1/scan/refresh`, `GET /v1/scan/stream`, `/status` and `/qr.svg`. */
export function addScanRoutes(app: App, parts: ScanRoutesParts): void {
  addBeginning(app, parts)
  addWaiting(app, parts)
  addPicture(app, parts)
}

function addBeginning(app: App, { logins, news, browsers, account }: ScanRoutesParts): void {
  const begin = {
    tags,
    summary: 'Begin a login, or go on with it',
    body: Type.Union([Begin, Type.Null()], { examples: [{}] }),
    response: { 201: Begun }
  }
  app.post('/v1/scan', { ...limits, schema: begin }, async (request, reply) => {
    const { account: named = account, crossSite = false } = request.body ?? {}
    const { login, secret } = await logins.begin({
      account: named,
      ip: request.ip,
      from: browserName(request.headers['user-agent']),
      secret: browsers.secretOf(request),
      signal: whenGone(reply)
    })
    browsers.remember(request, reply, secret, crossSite)
    const svg = crossSite ? { svg: svgOf(`${login.handle.account}.${login.handle.scene}`) } : {}
    const ticket = crossSite ? { ticket: await browsers.ticketFor(login.hash) } : {}
    return result({ ...(await beginning(login)), ...places, ...svg, ...ticket }, { status: 201 })
  })

  const renew = { tags, summary: 'Another QR code, because its user asks', response: { 200: Begun } }
  app.post(
    '/v1/scan/refresh',
    { ...limits, config: { ...ofBrowser, failures: [Errors['scan.no_login'], ...refusals] }, schema: renew },
    async (request, reply) => {
      const { hash } = await browsers.of(request)
      const login = await logins.renew(hash, request.ip, whenGone(reply))
      return { ...(await beginning(login)), ...places }
    }
  )

  /** A code goes to streams and to those who ask, not to whoever has only begun. */
  async function beginning(login: Login): Promise<News> {
    return login.scene.state === 'confirmed' ? { state: 'scanned' } : news.newsOf(login)
  }
}

function addWaiting(app: App, { logins, streams, news, browsers }: ScanRoutesParts): void {
  const stream = {
    tags,
    summary: 'Events of a login: ready, scanned, confirmed, expired, cancelled, busy, timeout',
    querystring: WithTicket,
    response: EventStream
  }
  const options = { exposeHeadRoute: false, schema: stream, config: { raw: true, ...ofBrowser } }
  app.get('/v1/scan/stream', options, async (request, reply) => {
    const { hash, byTicket } = await browsers.of(request, request.query.ticket)
    const login = await lookOrWait(hash)
    // The one answer after which no EventSource comes back.
    if (login && news.isDone(login)) return reply.code(204).send(null)
    return streams.open(request, reply, { hash, byTicket, contract: news })
  })

  const status = {
    tags,
    summary: 'Where a login stands',
    querystring: WithTicket,
    response: { 200: Standing }
  }
  app.get(
    '/v1/scan/status',
    { exposeHeadRoute: false, schema: status, config: ofBrowser },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const { hash } = await browsers.of(request, request.query.ticket)
      return news.newsOf(known(await logins.look(hash)))
    }
  )

  /**
   * `undefined`: nothing can be said at present, and the stream says so. Any status but 200 would end an EventSource
   * for good, over what may last no longer than a moment.
   */
  async function lookOrWait(hash: string): Promise<Login | undefined> {
    try {
      return known(await logins.look(hash))
    } catch (error) {
      if (error instanceof ApiError && error.entry !== Errors['scan.busy']) throw error
      return undefined
    }
  }
}

function addPicture(app: App, { logins, browsers, scenes }: ScanRoutesParts): void {
  const ofPicture = { ...ofBrowser, failures: [...ofBrowser.failures, Errors['scan.no_code']] }
  const schema = {
    tags,
    summary: 'The QR code of a login as a picture',
    querystring: PictureQuery,
    response: { 200: { content: { 'image/svg+xml': { schema: Picture } } } }
  }
  const options = { exposeHeadRoute: false, schema, config: { raw: true, ...ofPicture } }
  app.get('/v1/scan/qr.svg', options, async (request, reply) => {
    const url = await urlFor(request, request.query.id)
    if (url === undefined) throw new ApiError(Errors['scan.no_code'])
    return reply.header('cache-control', 'no-store').type('image/svg+xml').send(qrSvg(url))
  })

  async function urlFor(request: FastifyRequest, id: string | undefined): Promise<string | undefined> {
    const [account, scene] = id?.split('.') ?? []
    const shown =
      account !== undefined && scene !== undefined
        ? await scenes.read({ account, scene })
        : known(await logins.look((await browsers.of(request)).hash)).scene
    return shown?.state === 'shown' || shown?.state === 'scanned' ? shown.url : undefined
  }
}

function known(login: Login | undefined): Login {
  if (!login) throw new ApiError(Errors['scan.no_login'])
  return login
}
