import { Type } from 'typebox'
import type { App } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import { equals } from './compat.ts'
import { Errors } from './errors.ts'
import type { Codes } from './exchange-codes.ts'
import type { Browsers } from './routes-browser.ts'
import type { LoginListener } from './service.ts'

export interface ExchangeRouteParts {
  readonly codes: Codes
  readonly browsers: Browsers
  readonly listeners: readonly LoginListener[]
  /** What backends show; empty: none may. */
  readonly clientSecret: string
}

const Code = Type.Object(
  { code: Type.String({ minLength: 1, maxLength: 64 }) },
  { additionalProperties: false, examples: [{ code: 'q8Xw2LkP5nV9sT1bJ4mR7c' }] }
)
const Identity = Type.Object(
  {
    account: Type.String(),
    openid: Type.String(),
    unionid: Type.Optional(Type.String()),
    event: Type.String(),
    scannedAt: Type.Integer({ description: 'Milliseconds since the epoch.' })
  },
  {
    examples: [
      { account: 'default', openid: 'oLVPpjqs9BhvzwPj5A', event: 'SCAN', scannedAt: 1_767_225_600_000 }
    ]
  }
)

/**
 * `POST /v1/scan/exchange`: a backend with the client secret redeems any code; a browser redeems its own, and those
 * who listen in this process hear of it before it is answered.
 */
export function addExchangeRoute(
  app: App,
  { codes, browsers, listeners, clientSecret }: ExchangeRouteParts
): void {
  const isClient = equals(clientSecret)
  const failures = [
    Errors['scan.bad_code'],
    Errors['scan.client_refused'],
    Errors['scan.no_login'],
    Errors['scan.origin_refused'],
    Errors['scan.too_many']
  ]
  const schema = {
    tags: ['scan'],
    summary: 'Redeem a one-time code',
    body: Code,
    response: { 200: Identity }
  }
  app.post(
    '/v1/scan/exchange',
    { bodyLimit: 1_024, schema, config: { access: 'the client secret', failures } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      // Other schemes are not for this route: a site behind Basic authentication has its browsers send that everywhere.
      const [isBearer, given = ''] = /^Bearer\b *(.*)$/i.exec(request.headers.authorization ?? '') ?? []
      if (isBearer !== undefined) {
        if (!isClient(given))
          throw new ApiError(Errors['scan.client_refused'], { headers: { 'www-authenticate': 'Bearer' } })
        return codes.redeem(request.body.code)
      }
      const { hash } = await browsers.of(request)
      const identity = await codes.redeem(request.body.code, hash)
      // The handle has done its work: the next login has another one.
      browsers.remember(request, reply, undefined)
      for (const listener of listeners) {
        // eslint-disable-next-line no-await-in-loop
        await listener(request, reply, identity)
      }
      return identity
    }
  )
}
