import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { App, Clock } from '../../core/index.ts'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { Config } from './config.ts'
import { Errors } from './errors.ts'
import type { SseHub } from './service.ts'
import { isGranted, TopicTokens, type TopicGrant } from './topic-token.ts'

const eventId = '1a2b3c4d-42'
const Query = Type.Object({
  topics: Type.String({
    minLength: 1,
    maxLength: 8_192,
    description: 'Topics, separated by commas.',
    examples: ['orders/7,news']
  }),
  token: Type.Optional(
    Type.String({
      maxLength: 4_096,
      description: 'A short-lived token, for clients that can set no header.',
      examples: ['eyJhbGciOiJIUzI1NiJ9.eyJ0b3BpY3MiOlsibmV3cyJdfQ.c2lnbmF0dXJl']
    })
  ),
  lastEventId: Type.Optional(
    Type.String({
      maxLength: 128,
      description: 'Resume behind this id; the header `Last-Event-ID` wins.',
      examples: [eventId]
    })
  ),
  last_event_id: Type.Optional(
    Type.String({ maxLength: 128, description: 'The same, spelled otherwise.', examples: [eventId] })
  )
})
const Events = Type.String({
  description: 'Server-Sent Events.',
  examples: [`id: ${eventId}\nevent: hub.open\ndata: {"position":"${eventId}","recovered":false}\n\n`]
})

/** `GET /v1/events`: topics as an event stream, for whoever has a token for them. The stream ends with the token. */
export function addEventsRoute(
  app: App,
  { hub, settings, clock }: { readonly hub: SseHub; readonly settings: Config; readonly clock: Clock }
): void {
  const tokens = new TopicTokens(settings.tokenSecret ?? '', clock)
  const options = {
    config: { access: 'a topic token' },
    schema: {
      tags: ['sse-hub'],
      summary: 'Read topics as an event stream',
      description:
        'The token comes as `Authorization: Bearer`, in the cookie, or short-lived in the query. The first event is `hub.open`.',
      querystring: Query,
      response: { 200: { content: { 'text/event-stream': { schema: Events } } } }
    }
  }
  app.get('/v1/events', options, async (request, reply) => {
    const grant = await grantOf(request, tokens, settings, clock)
    const topics = request.query.topics.split(',')
    if (!topics.every(topic => isGranted(grant, topic))) throw new ApiError(Errors['sse.forbidden'])
    const { principal } = grant
    const maxLifeMs = grant.expiresAt - clock.now()
    await hub.subscribe(request, reply, { topics, maxLifeMs, ...(principal !== undefined && { principal }) })
  })
}

async function grantOf(
  request: FastifyRequest,
  tokens: TopicTokens,
  { tokenCookie, queryTokenMs }: Config,
  clock: Clock
): Promise<TopicGrant> {
  const bearer = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1]
  const { token: inQuery } = request.query as { token?: string }
  const token = bearer ?? inQuery ?? cookie(request.headers.cookie, tokenCookie)
  if (token === undefined) throw unauthorized('auth.required', 'Bearer')
  const grant = await tokens.read(token)
  const isLongLived = grant && bearer === undefined && inQuery !== undefined
  if (!grant || (isLongLived && grant.expiresAt - clock.now() > queryTokenMs))
    throw unauthorized('auth.token_invalid', 'Bearer error="invalid_token"')
  return grant
}

/** The value of a cookie (RFC 6265 §4.2.1). */
function cookie(header: string | undefined, name: string): string | undefined {
  const pairs = header?.split(';').map(pair => pair.trim())
  return pairs?.find(pair => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}

function unauthorized(key: 'auth.required' | 'auth.token_invalid', challenge: string): ApiError {
  return new ApiError(CommonErrors[key], { headers: { 'www-authenticate': challenge } })
}
