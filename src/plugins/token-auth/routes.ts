import { Type } from 'typebox'
import type { App } from '../../core/index.ts'
import { ApiError, Errors as CommonErrors, type Outcomes } from '../api-error/service.ts'
import type { Sessions } from '../sessions/service.ts'
import type { Authority } from './authority.ts'
import { Errors } from './errors.ts'
import { bearerIn } from './guard.ts'
import type { Logins } from './logins.ts'
import type { IssuedTokens } from './service.ts'

const Credentials = Type.Object({
  username: Type.String({ minLength: 1, maxLength: 64 }),
  password: Type.String({ minLength: 1, maxLength: 256 })
})
/** Without a body, the session of the request is exchanged. */
const LoginBody = Type.Unsafe<{ readonly username: string; readonly password: string } | null>({
  ...Credentials,
  type: ['object', 'null'],
  examples: [{ username: '213170001', password: 'paifang' }]
})
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIyMTMxNzAwMDEifQ.c2lnbmF0dXJl'
const refreshToken = 'eyJhbGciOiJIUzI1NiJ9.eyJ1c2UiOiJyZWZyZXNoIn0.c2lnbmF0dXJl'
const RefreshBody = Type.Object(
  { refreshToken: Type.String({ minLength: 1, maxLength: 8_192 }) },
  { examples: [{ refreshToken }] }
)
const Nothing = Type.Unsafe<null>({ enum: [null], examples: [null] })
const Issued = Type.Unsafe<IssuedTokens>(
  Type.Object(
    {
      token: Type.String(),
      tokenType: Type.Literal('Bearer'),
      expiresIn: Type.Integer({ description: 'Seconds.' }),
      scopes: Type.Array(Type.String()),
      refreshToken: Type.Optional(Type.String())
    },
    { examples: [{ token, tokenType: 'Bearer', expiresIn: 7_200, scopes: ['all'], refreshToken }] }
  )
)
/** Bytes of a body. */
const bodyLimit = 16_384

/** What the routes do their work with. */
export interface TokenRoutes {
  readonly logins: Logins
  readonly authority: Authority
  readonly sessions: Sessions | undefined
  /** Whether there is a key to sign with. */
  readonly canIssue: boolean
  readonly refreshes: Outcomes
  readonly revocations: Outcomes
}

/**
 * Adds `POST /v1/token`, which gives a token for a name and a password or for a session; `POST /v1/token/refresh`; and
 * `DELETE /v1/token`, which ends the login of a token. Without a key to sign with there is only the last.
 */
export function addRoutes(app: App, routes: TokenRoutes): void {
  const { logins, authority, sessions, canIssue, refreshes, revocations } = routes
  const config = { auth: 'public' } as const
  app.addHook('onSend', (_, reply, payload, done) => {
    reply.header('cache-control', 'no-store')
    done(null, payload)
  })

  const ending = {
    config: {
      ...config,
      access: 'the token that ends',
      failures: [
        CommonErrors['auth.token_invalid'],
        CommonErrors['auth.token_expired'],
        Errors['token.unavailable']
      ]
    },
    schema: { summary: 'End the login of the token', response: { 200: Nothing } }
  }
  app.delete('/v1/token', ending, async request => {
    const shown = bearerIn(request)
    if (shown === undefined) throw new ApiError(CommonErrors['auth.required'])
    await revocations.of(authority.revoke(shown))
    return null
  })
  if (!canIssue) return

  const schema = {
    summary: 'Issue a token',
    description: 'For a name and a password, or without a body for the session of the request.',
    body: LoginBody,
    response: { 200: Issued }
  }
  app.post(
    '/v1/token',
    {
      bodyLimit,
      config: {
        ...config,
        access: 'public, limited by address and user name',
        failures: [
          CommonErrors['auth.failed'],
          CommonErrors['auth.required'],
          CommonErrors['rate.limited'],
          Errors['token.busy']
        ]
      },
      schema
    },
    request => {
      const { body, ip } = request
      if (body) return logins.login(body.username, body.password, ip)
      if (sessions) return logins.exchange(sessions.userOf(request))
      throw new ApiError(CommonErrors['auth.required'])
    }
  )

  const refresh = {
    summary: 'Issue another token for a refresh token',
    body: RefreshBody,
    response: { 200: Issued }
  }
  app.post(
    '/v1/token/refresh',
    {
      bodyLimit,
      config: {
        ...config,
        access: 'a refresh token',
        failures: [
          CommonErrors['auth.token_invalid'],
          CommonErrors['auth.token_expired'],
          Errors['token.unavailable']
        ]
      },
      schema: refresh
    },
    ({ body }) => refreshes.of(authority.refresh(body.refreshToken))
  )
}
