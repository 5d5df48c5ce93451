import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { SignJWT, type JWTPayload } from 'jose'
import { Clock } from '../../../src/core/clock.ts'
import { createGateway } from '../../../src/core/gateway.ts'
import { definePlugin } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import database from '../../../src/plugins/database/index.ts'
import sessions from '../../../src/plugins/sessions/index.ts'
import { hashPassword } from '../../../src/plugins/sessions/service.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { State } from '../../../src/plugins/state/service.ts'
import type { TokenSettings } from '../../../src/plugins/token-auth/config.ts'
import tokenAuth from '../../../src/plugins/token-auth/index.ts'
import { TokenAuth, type IssuedTokens } from '../../../src/plugins/token-auth/service.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

export const secret = 'a secret of tokens that only the tests have'
export const hash = await hashPassword('paifang', { logN: 4, r: 1, p: 1 })

export type Settings = { -readonly [Name in keyof TokenSettings]?: unknown }

export interface RigOptions {
  readonly config?: Settings
  readonly clock?: FakeClock
  readonly state?: State | false
  readonly database?: string | false
  readonly sessions?: boolean
  readonly logs?: string[]
  readonly env?: NodeJS.ProcessEnv
  /** Adds routes, in a plugin of its own. Default: `/v1/order` and `/v1/user`, some open ones. */
  readonly routes?: (app: FastifyInstance) => void
}

export interface Rig extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly service: TokenAuth
  readonly clock: FakeClock
  inject(options: InjectOptions): Promise<LightMyRequestResponse>
  login(username?: string): Promise<IssuedTokens>
  /** Status and code of an answer to a token. */
  get(url: string, token?: string): Promise<string>
  /** A session of `sessions`. */
  session(): Promise<string>
}

/** Scopes as in a small shop. */
export const scopes = {
  user: { allow: ['v1.user+get*'], modules: ['v1.order'], deny: ['v1.user+get_super'] },
  admin: { extends: ['user'], allow: ['v1.user+*'] },
  none: {}
}

const routes = (app: FastifyInstance): void => {
  const who = ({ principal }: { principal?: unknown }): unknown => ({ principal: principal ?? null })
  app.get('/v1/order', who)
  app.get('/v1/order/:id', who)
  app.post('/v1/order', who)
  app.get('/v1/user', who)
  app.get('/v1/user/super', who)
  app.put('/v1/user', who)
  app.get('/v1/news', { config: { auth: 'public' } }, who)
  app.get('/v1/offers', { config: { auth: 'optional' } }, who)
  app.get('/elsewhere', who)
}

/** The header that makes answers plain. */
const accept = 'application/problem+json'

/** A gateway with guarded routes, and a clock that stands still. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const clock = options.clock ?? fakeClock()
  const log = { warn: () => undefined, error: () => undefined } as never
  const state = options.state ?? new MemoryState({ maxKeys: 10_000, clock, log })
  const { logs } = options
  const stand = (name: string, token: { readonly name: string }, value: unknown) =>
    definePlugin({ name, description: 'Stands in.', provides: token, setup: () => value as never })
  const shop = definePlugin({
    name: 'shop',
    description: 'Guarded routes.',
    setup: app => (options.routes ?? routes)(app as unknown as FastifyInstance)
  })
  const person = { username: '213170001', password: hash, name: '王小明', schoolnum: '04217101' }
  const app = await createGateway({
    config: {
      server: { logLevel: logs ? 'debug' : 'silent' },
      plugins: {
        'api-error': { use: apiError },
        ...(options.database !== false && {
          database: { use: database, file: options.database ?? ':memory:' }
        }),
        clock: { use: stand('clock', Clock, clock) },
        ...(state && { state: { use: stand('state', State, state) } }),
        ...(options.sessions && {
          sessions: { use: sessions, secret, users: [person], kdf: 'scrypt', scryptCost: 10 }
        }),
        'token-auth': {
          use: tokenAuth,
          ...(options.config && 'keys' in options.config ? {} : { secret }),
          prefixes: ['/v1'],
          scopes,
          users: [
            { username: 'ann', password: hash, scopes: ['user'] },
            { username: 'root', password: hash, scopes: ['admin'] },
            { username: 'nobody', password: hash, scopes: ['none'] }
          ],
          ...options.config
        },
        shop: { use: shop }
      }
    },
    env: options.env ?? {},
    logDestination: { write: line => void logs?.push(line) }
  })
  const inject: Rig['inject'] = given => app.inject({ ...given, headers: { accept, ...given.headers } })
  return {
    app,
    clock,
    inject,
    service: app.getDecorator<TokenAuth>(TokenAuth.name),
    async login(username = 'ann') {
      const answer = await inject({
        method: 'POST',
        url: '/v1/token',
        payload: { username, password: 'paifang' }
      })
      if (answer.statusCode !== 200) throw new Error(`no login: ${answer.body}`)
      return answer.json()
    },
    async get(url, token) {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      return outcomeOf(await inject({ url, headers }))
    },
    async session() {
      const payload = { cardnum: '213170001', password: 'paifang' }
      return (await inject({ method: 'POST', url: '/auth', payload })).body
    },
    [Symbol.asyncDispose]: () => app.close()
  }
}

/** `200`, or status and code. */
export function outcomeOf(answer: LightMyRequestResponse): string {
  if (answer.statusCode === 200) return '200'
  return `${answer.statusCode} ${answer.json<{ code?: string }>().code ?? ''}`
}

/** A token that somebody else has made. */
export async function forge(
  claims: JWTPayload,
  {
    key = secret,
    header = {}
  }: { readonly key?: string; readonly header?: Readonly<Record<string, unknown>> } = {}
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', ...header }).sign(Buffer.from(key))
}
