import {
  errorCodes,
  type FastifyReply,
  type FastifyRequest,
  type onErrorHookHandler,
  type onRequestHookHandler,
  type onSendHookHandler,
  type preValidationAsyncHookHandler,
  type RouteHandlerMethod,
  type RouteOptions
} from 'fastify'
import type { App } from '../../core/index.ts'
import { ApiError, type ApiErrors } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import type { CryptoEnvelope, EnvelopeContext, Opened, Sealed } from './service.ts'

/** The label under which sealed bodies reach their parser, whatever the caller called them. */
const sealedType = 'application/vnd.paifang.sealed'
const methodsWithBody = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

interface Exchange extends EnvelopeContext {
  readonly profile: string
  opened?: Opened
  /** What is about to leave is sealed, or an error. */
  settled?: true
}

/**
 * Opens the requests and seals the answers of every route with an envelope that is added from now on. With `errors`,
 * a dialect wraps the sealed answer; without, the sealed answer is all there is. No body of more than `maxBytes` is read.
 */
export function sealRoutes(
  app: App,
  envelope: CryptoEnvelope,
  errors: ApiErrors | undefined,
  maxBytes: number
): void {
  const serverLimit = app.initialConfig.bodyLimit ?? maxBytes
  const exchanges = new WeakMap<FastifyRequest, Exchange>()
  const profiles = envelope.status().map(({ name }) => name)

  const begin =
    (profile: string): onRequestHookHandler =>
    (request, _reply, done) => {
      const { method, url, headers } = request
      const [, path = '', query = ''] = /^([^?#]*)\??([^#]*)/.exec(url) ?? []
      exchanges.set(request, { profile, method, path, query, headers })
      request.raw.headers['content-type'] = sealedType
      done()
    }

  const open: preValidationAsyncHookHandler = async request => {
    const exchange = exchanges.get(request)!
    exchange.opened = await envelope.open(exchange.profile, request.body as Buffer, exchange)
    request.body = exchange.opened.value
  }

  const seal = async (
    value: unknown,
    exchange: Exchange,
    opened: Opened,
    reply: FastifyReply
  ): Promise<Sealed> => {
    const { body, headers = {} } = await envelope.seal(value, opened, exchange)
    exchange.settled = true
    reply.headers(headers)
    // A response schema describes the plain value: it must not filter the sealed one.
    if (typeof body !== 'string') reply.serializer(JSON.stringify).type('application/json; charset=utf-8')
    return body
  }

  const allowError: onErrorHookHandler = (request, _reply, _error, done) => {
    const exchange = exchanges.get(request)
    if (exchange) exchange.settled = true
    done()
  }

  const refusePlain: onSendHookHandler = (request, _reply, payload, done) => {
    const exchange = exchanges.get(request)
    if (!exchange?.opened || exchange.settled || payload === undefined || payload === null) return done()
    done(new ApiError(Errors['envelope.unsealed'], { detail: 'The handler answered past the envelope.' }))
  }

  const sealBare = (handler: RouteHandlerMethod): RouteHandlerMethod =>
    async function (request, reply) {
      const value: unknown = await handler.call(this, request, reply)
      const exchange = exchanges.get(request)
      if (reply.sent || value === reply || !exchange?.opened) return reply
      return seal(value, exchange, exchange.opened, reply)
    }

  app.addContentTypeParser(sealedType, { parseAs: 'buffer' }, (request, body, done) => {
    if (exchanges.has(request)) done(null, body)
    else done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE())
  })

  errors?.transform((value, request, reply) => {
    const exchange = exchanges.get(request)
    return exchange?.opened ? seal(value, exchange, exchange.opened, reply) : value
  })

  app.addHook('onRoute', route => {
    const profile = route.config?.envelope
    if (profile === undefined) return
    refuseRoute(route, profile, profiles)
    route.bodyLimit = Math.min(route.bodyLimit ?? serverLimit, maxBytes)
    route.onRequest = [begin(profile), ...[route.onRequest ?? []].flat()]
    route.preValidation = [open, ...[route.preValidation ?? []].flat()]
    route.onError = [allowError, ...[route.onError ?? []].flat()]
    route.onSend = [...[route.onSend ?? []].flat(), refusePlain]
    if (!errors) route.handler = sealBare(route.handler)
  })
}

function refuseRoute(route: RouteOptions, profile: string, profiles: readonly string[]): void {
  const methods = [route.method].flat()
  const name = `${methods.join(', ')} ${route.url}`
  const bodyless = methods.filter(method => !methodsWithBody.has(method))
  if (bodyless.length > 0)
    throw new TypeError(`Route ${name} has an envelope, but ${bodyless.join(', ')} has no body`)
  if (profiles.includes(profile)) return
  const known = profiles.join(', ') || 'none: set legacyKey or keys of crypto-envelope'
  throw new TypeError(`Route ${name}: there is no envelope profile '${profile}' (profiles: ${known})`)
}
