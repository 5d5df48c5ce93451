import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { ApiError, Errors as CommonErrors } from '../../../src/plugins/api-error/service.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import database from '../../../src/plugins/database/index.ts'
import { Database } from '../../../src/plugins/database/service.ts'
import sessions from '../../../src/plugins/sessions/index.ts'
import type { SessionSettings } from '../../../src/plugins/sessions/config.ts'
import { HttpClient, type Http } from '../../../src/plugins/http-client/service.ts'
import {
  Sessions,
  type Credentials,
  type IdentityProvider,
  type Person
} from '../../../src/plugins/sessions/service.ts'
import { openTables, type SessionsDb } from '../../../src/plugins/sessions/tables.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../src/plugins/state/service.ts'
import { definePlugin } from '../../../src/core/index.ts'
import { createGateway } from '../../../src/core/gateway.ts'
import { Clock } from '../../../src/core/clock.ts'
import { State as StateToken } from '../../../src/plugins/state/service.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

export const secret = 'a secret of sessions that only the tests have'
export const dayMs = 86_400_000

/** An upstream that knows people and counts who asks. */
export class CountingProvider implements IdentityProvider {
  readonly name = 'campus'
  readonly people = new Map<string, Person & { password: string }>([
    ['213170001', { name: '王小明', schoolnum: '04217101', password: 'correct horse' }],
    ['213170002', { name: '李小红', schoolnum: '04217102', password: 'battery staple' }]
  ])
  /** What it was asked with. */
  readonly asked: Credentials[] = []
  readonly http: (Http | undefined)[] = []
  readonly signals: AbortSignal[] = []
  /** Thrown instead of an answer. */
  failure: unknown = undefined
  /** Awaited before an answer. */
  pause: Promise<void> | undefined = undefined

  async verify(
    credentials: Credentials,
    { http, signal }: { readonly http?: Http | undefined; readonly signal: AbortSignal }
  ): Promise<Person> {
    this.asked.push(credentials)
    this.http.push(http)
    this.signals.push(signal)
    await this.pause
    if (this.failure !== undefined) throw this.failure
    const person = this.people.get(credentials.username)
    if (person?.password !== credentials.password) throw new ApiError(CommonErrors['auth.failed'])
    const { password: _, ...rest } = person
    return rest
  }

  change(username: string, more: Partial<Person & { password: string }>): void {
    const person = this.people.get(username)
    if (!person) throw new Error(`nobody is called ${username}`)
    this.people.set(username, { ...person, ...more })
  }
}

export interface RigOptions {
  readonly config?: Partial<SessionSettings>
  readonly clock?: FakeClock
  readonly provider?: CountingProvider
  readonly state?: State | false
  readonly httpClient?: HttpClient
  readonly file?: string
  /** Settings of the database, in place of a file. */
  readonly engine?: object | undefined
  readonly logs?: string[]
  /** Adds routes, in a plugin of its own with the name `portal`. */
  readonly routes?: (app: FastifyInstance, service: Sessions) => void
  /** More plugins, by name. */
  readonly plugins?: Readonly<Record<string, object>>
  /** The same in a plugin `other`. */
  readonly otherRoutes?: (app: FastifyInstance, service: Sessions) => void
}

export interface Rig extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly service: Sessions
  readonly clock: FakeClock
  readonly provider: CountingProvider
  readonly db: SessionsDb
  /** Logs in and returns the token. */
  login(more?: Partial<LoginBody>, headers?: Record<string, string>): Promise<string>
  /** Tries to. */
  post(body: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  /** What `GET /me` answers to a token. */
  me(token?: string): Promise<Me | undefined>
  inject(options: InjectOptions): Promise<LightMyRequestResponse>
}

export interface LoginBody {
  readonly cardnum: string
  readonly password: string
  readonly gpassword: string
  readonly platform: string
}

/** What a user is asked for by `GET /me`. */
export interface Me {
  readonly cardnum: string
  readonly name: string
  readonly schoolnum: string
  readonly platform: string
  readonly token: string
  readonly identity: string
}

export const credentials = { cardnum: '213170001', password: 'correct horse', platform: 'web' }

/** The header that makes answers plain. */
const accept = 'application/problem+json'

/** A gateway with sessions over a counting provider, and a clock that stands still. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const clock = options.clock ?? fakeClock()
  const provider = options.provider ?? new CountingProvider()
  const state = options.state ?? new MemoryState({ maxKeys: 10_000, clock, log: quiet })
  const { routes, otherRoutes, logs } = options
  const stand = (name: string, token: { readonly name: string }, value: unknown) =>
    definePlugin({ name, description: 'Stands in.', provides: token, setup: () => value as never })
  const portal = definePlugin({
    name: 'portal',
    description: 'Routes that need users.',
    needs: { sessions: Sessions },
    setup(app, { sessions: service }) {
      service.provide(provider)
      app.get('/me', ({ user }) => {
        const { cardnum, name, schoolnum, platform, token, identity } = user
        return { cardnum, name, schoolnum, platform, token, identity } satisfies Me
      })
      app.get('/login-or-not', ({ user }) => ({ isLogin: user.isLogin }))
      routes?.(app as unknown as FastifyInstance, service)
    }
  })
  const other = definePlugin({
    name: 'other',
    description: 'Routes of another plugin.',
    needs: { sessions: Sessions },
    setup: (app, { sessions: service }) => otherRoutes?.(app as unknown as FastifyInstance, service)
  })
  const app = await createGateway({
    config: {
      server: { logLevel: logs ? 'debug' : 'silent' },
      plugins: {
        'api-error': { use: apiError },
        database: { use: database, ...(options.engine ?? { file: options.file ?? ':memory:' }) },
        clock: { use: stand('clock', Clock, clock) },
        ...(options.httpClient && {
          'http-client': { use: stand('http-client', HttpClient, options.httpClient) }
        }),
        ...(state && { state: { use: stand('state', StateToken, state) } }),
        sessions: {
          use: sessions,
          secret,
          provider: 'campus',
          kdf: 'scrypt',
          scryptCost: 10,
          ...options.config
        },
        ...options.plugins,
        portal: { use: portal },
        other: { use: other }
      }
    },
    env: {},
    logDestination: { write: line => void logs?.push(line) }
  })
  const post: Rig['post'] = (body, headers = {}) =>
    app.inject({ method: 'POST', url: '/auth', payload: body as object, headers: { accept, ...headers } })
  return {
    app,
    clock,
    provider,
    service: app.getDecorator<Sessions>(Sessions.name),
    db: await openTables(app.getDecorator<Database>(Database.name)),
    post,
    async login(more = {}, headers = {}) {
      const answer = await post({ ...credentials, ...more }, headers)
      if (answer.statusCode !== 200) throw new Error(`no login: ${answer.body}`)
      return answer.body
    },
    async me(token) {
      const headers = { accept, ...(token !== undefined && { token }) }
      const answer = await app.inject({ url: '/me', headers })
      if (answer.statusCode === 200) return answer.json()
      if (answer.statusCode === 401) return undefined
      throw new Error(answer.body)
    },
    inject: given => app.inject({ ...given, headers: { accept, ...given.headers } }),
    [Symbol.asyncDispose]: () => app.close()
  }
}

/** Lets what is under way go on until `holds`. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve))
}

const quiet = { warn: () => undefined, error: () => undefined } as never
