import { Type } from 'typebox'
import { allowForms, type App } from '../../core/index.ts'
import { Errors as CommonErrors } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import type { Logins } from './logins.ts'
import { shownToken, type RequestUsers } from './request-users.ts'

/** Text without control characters, which is not all spaces. */
const Name = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: String.raw`^[^\p{Cc}\p{Cs}]*[^\p{Cc}\p{Cs}\s][^\p{Cc}\p{Cs}]*$`
})
const secret = (minLength: number) =>
  Type.String({ minLength, maxLength: 256, pattern: String.raw`^[^\u0000\p{Cs}]*$` })

const LoginBody = Type.Object(
  {
    cardnum: Name,
    password: secret(1),
    gpassword: Type.Optional(secret(0)),
    platform: Type.String({ default: 'web', pattern: '^[a-z0-9-]{1,32}$' })
  },
  { examples: [{ cardnum: '213170001', password: 'paifang' }] }
)
const Token = Type.String({
  description: '64 digits in hex, for the header `token`.',
  examples: ['5f0c2a7b9d3e4816a1c7f2b05d9e8c4413f6a0b7d2e95c8841a6f3b07c2d9e15']
})
const Nothing = Type.Unsafe<void>({ enum: [null], examples: [null] })
/** Bytes of a body. */
const bodyLimit = 4_096

/** What the routes do their work with. */
export interface AuthRoutes {
  readonly logins: Logins
  readonly users: RequestUsers
}

/**
 * Adds `POST /auth`, which logs in; `DELETE /auth`, which logs out; and `POST /auth/rotate`, which gives another token.
 */
export function addRoutes(app: App, { logins, users }: AuthRoutes): void {
  allowForms(app)
  app.addHook('onSend', (_, reply, payload, done) => {
    reply.header('cache-control', 'no-store')
    done(null, payload)
  })

  const login = { summary: 'Log in', body: LoginBody, response: { 200: Token } }
  const toAll = {
    access: 'public, limited by address and user name',
    failures: [
      CommonErrors['auth.failed'],
      CommonErrors['rate.limited'],
      Errors['session.weak_password'],
      Errors['session.busy'],
      CommonErrors['upstream.unavailable'],
      CommonErrors['upstream.timeout']
    ]
  }
  app.post('/auth', { bodyLimit, schema: login, config: toAll }, request => {
    const { cardnum, password, gpassword, platform } = request.body
    const presented = shownToken(request)
    return logins.login({
      username: cardnum,
      password,
      platform,
      ip: request.ip,
      ...(gpassword && { extra: { gpassword } }),
      ...(presented !== undefined && { presented })
    })
  })

  const ofSessions = {
    access: 'token of a session',
    failures: [CommonErrors['auth.token_invalid'], Errors['session.unavailable'], Errors['session.busy']]
  }
  const logout = { summary: 'Log out', response: { 200: Nothing } }
  app.delete('/auth', { schema: logout, config: ofSessions }, async request => {
    await logins.logout(users.sessionOf(request))
  })

  const rotate = { summary: 'Exchange the token for another', response: { 200: Token } }
  app.post('/auth/rotate', { bodyLimit, schema: rotate, config: ofSessions }, request =>
    logins.rotate(users.sessionOf(request))
  )
}
