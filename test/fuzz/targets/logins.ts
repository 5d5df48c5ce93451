import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import { shownToken } from '../../../src/plugins/sessions/request-users.ts'
import { tokenIdOf, tokenIn } from '../../../src/plugins/sessions/token-keys.ts'
import { bearerIn } from '../../../src/plugins/token-auth/guard.ts'
import { readKeys } from '../../../src/plugins/token-auth/key-ring.ts'
import { Tokens } from '../../../src/plugins/token-auth/tokens.ts'
import { readCookie } from '../../../src/plugins/wechat-scan/login-cookie.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { signed } from '../signed.ts'
import { attemptAsync, holds, keepsSecret, partsOf, textsOf, type Target } from '../target.ts'

const keySecret = 'a secret of the gateway, 32 bytes'

const jwt: Target = {
  name: 'jwt',
  words: ['Bearer ', 'bearer', 'eyJhbGciOiJub25lIn0', 'eyJhbGciOiJIUzI1NiJ9', '.', '..', '=', '-', '_', ' '],
  cost: 3,
  prepare() {
    const clock = fakeClock(Date.UTC(2026, 0, 1))
    const keys = readKeys({ algorithm: 'HS256', secret: keySecret, keys: [] })
    const tokens = new Tokens({ settings: { algorithm: 'HS256', issuer: '', audience: '' }, keys, clock })
    return async input => {
      const [authorization = ''] = textsOf(input, 1)
      const token = bearerIn({ headers: { authorization } } as unknown as FastifyRequest)
      if (token === undefined) return
      for (const use of ['access', 'refresh'] as const) {
        const outcome = await attemptAsync(async () => tokens.read(token, use), ApiError)
        if ('refused' in outcome) refused(outcome.refused)
        else
          holds(
            outcome.value.principal.id === 'u1' && use === 'access',
            'a token that nobody has made is good'
          )
      }
      const own = await signed(partsOf(input)[1] ?? Buffer.alloc(0), keySecret)
      const outcome = await attemptAsync(async () => tokens.read(own, 'access'), ApiError)
      if ('refused' in outcome) return refused(outcome.refused)
      const { principal, id, version, issuedAt, expiresAt } = outcome.value
      holds(
        typeof principal.id === 'string' && principal.id !== '' && typeof id === 'string',
        'it is of nobody'
      )
      holds(
        principal.scopes.every(scope => typeof scope === 'string') && principal.scopes.length <= 256,
        'a scope is no text'
      )
      holds(version === undefined || Number.isSafeInteger(version), 'a version is no number')
      holds(Number.isFinite(issuedAt) && Number.isFinite(expiresAt), 'a time is no number')
    }
  }
}

function refused(error: Error): void {
  keepsSecret(error)
  holds(error instanceof ApiError && error.entry.key.startsWith('auth.'), 'it fails as something else')
  holds(error.message.length < 100, 'an error quotes the token')
}

const session: Target = {
  name: 'session-token',
  words: ['0', 'F', 'g', ', '],
  prepare: () => input => {
    const token = shownToken({ headers: { token: input.toString('latin1') } } as unknown as FastifyRequest)
    const bytes = token === undefined ? undefined : tokenIn(token)
    if (!bytes) return
    holds(bytes.length === 32 && bytes.toString('hex') === token, 'two spellings are one token')
    holds(/^[\w-]{43}$/.test(tokenIdOf(bytes)), 'its id is no digest')
  }
}

const cookie: Target = {
  name: 'cookie',
  words: ['__Host-scan=', 'scan=', '; ', ';', '=', '"'],
  prepare: () => input => {
    const text = input.toString('latin1')
    for (const protocol of ['http', 'https']) {
      const request = { headers: { cookie: text }, protocol } as unknown as FastifyRequest
      const value = readCookie(request, { name: 'scan', path: '/', alwaysSecure: false })
      if (value === undefined) continue
      holds(/^[\w-]{43}$/.test(value), 'a handle is none')
      holds(text.includes(`${protocol === 'https' ? '__Host-' : ''}scan=${value}`), 'it is another cookie')
    }
  }
}

export const logins: readonly Target[] = [jwt, session, cookie]
