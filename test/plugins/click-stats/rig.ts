import type { FastifyInstance, FastifyRequest, LightMyRequestResponse } from 'fastify'
import { Clock, definePlugin } from '../../../src/core/index.ts'
import { createGateway } from '../../../src/core/gateway.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import clickStats from '../../../src/plugins/click-stats/index.ts'
import type { ClickSettings } from '../../../src/plugins/click-stats/config.ts'
import { ClickStats, type CountedTarget, type NewTarget } from '../../../src/plugins/click-stats/service.ts'
import type { TargetClicks } from '../../../src/plugins/click-stats/target-clicks.ts'
import { openTables, type ClickDb } from '../../../src/plugins/click-stats/tables.ts'
import database from '../../../src/plugins/database/index.ts'
import { Database } from '../../../src/plugins/database/service.ts'
import { Sessions } from '../../../src/plugins/sessions/service.ts'
import { State } from '../../../src/plugins/state/service.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

export const secret = 'a secret of click-stats that only the tests have'
export const hour = 3_600_000
/** Noon in Shanghai. */
export const noon = Date.parse('2026-03-10T12:00:00+08:00')

export interface RigOptions {
  readonly config?: Partial<ClickSettings>
  readonly clock?: FakeClock
  readonly file?: string
  /** Settings of the database, in place of a file. */
  readonly engine?: object | undefined
  readonly state?: Pick<State, 'get' | 'compareAndSet' | 'increment'>
  /** False: no plugin knows users. */
  readonly sessions?: boolean
  readonly logs?: string[]
  readonly server?: object
}

export interface Rig extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly clicks: TargetClicks
  readonly clock: FakeClock
  readonly db: ClickDb
  /** Adds a target, by default a banner that is shown to everybody. */
  put(more?: Partial<NewTarget>): Promise<void>
  /** `PUT /api/banner` of a user, by default of `alice`; of a guest with `null`. */
  click(id?: unknown, user?: string | null, more?: Call): Promise<Answer>
  /** `GET /api/banner`, or what is behind it in the path. */
  list(user?: string | null, rest?: string): Promise<Answer>
  /** Waits until clicks are written and returns what is counted of a target. */
  counted(id?: string, kind?: string): Promise<CountedTarget | undefined>
}

/** A call that differs from the usual. */
export interface Call {
  readonly method?: 'PUT' | 'POST'
  readonly kind?: string
  readonly remoteAddress?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: string | object
}

/** What the dialect `ws3` answers. */
export interface Answer {
  readonly status: number
  readonly body: Ws3Body
  readonly raw: LightMyRequestResponse
}

export interface Ws3Body {
  readonly success: boolean
  readonly code: number
  readonly result?: unknown
  readonly reason?: string
}

/** Identities are those of users; the number of `alice` is `04217101`. */
const numbers: Readonly<Record<string, string>> = { alice: '04217101', bob: '06118233' }

/** Knows whom the header `x-user` names. */
const namedUsers = {
  userOf(request: FastifyRequest) {
    const name = request.headers['x-user']
    if (typeof name !== 'string') return { isLogin: false }
    return { isLogin: true, identity: `identity-of-${name}`, schoolnum: numbers[name] ?? name }
  }
}

/** A gateway with click-stats, users by header, and a clock that stands still. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const clock = options.clock ?? fakeClock(noon)
  const stand = (name: string, token: { readonly name: string }, value: unknown) =>
    definePlugin({ name, description: 'Stands in.', provides: token, setup: () => value as never })
  const app = await createGateway({
    config: {
      server: { logLevel: options.logs ? 'debug' : 'silent', ...options.server },
      plugins: {
        'api-error': { use: apiError },
        database: { use: database, ...(options.engine ?? { file: options.file ?? ':memory:' }) },
        clock: { use: stand('clock', Clock, clock) },
        ...(options.state && { state: { use: stand('state', State, options.state) } }),
        ...(options.sessions !== false && { sessions: { use: stand('sessions', Sessions, namedUsers) } }),
        'click-stats': { use: clickStats, secret, ...options.config }
      }
    },
    env: {},
    logDestination: { write: line => void options.logs?.push(line) }
  })
  const clicks = app.getDecorator<TargetClicks>(ClickStats.name)
  const as = (user: string | null | undefined) => (user === null ? {} : { 'x-user': user ?? 'alice' })
  return {
    app,
    clicks,
    clock,
    db: await openTables(app.getDecorator<Database>(Database.name)),
    put: more => clicks.put({ ...banner(clock.now()), ...more }),
    async click(id = 'spring', user, call = {}) {
      const { method = 'PUT', kind = 'banner', remoteAddress = '192.0.2.1', headers, payload = { id } } = call
      const url = `/api/${kind}`
      return answer(
        await app.inject({ method, url, remoteAddress, headers: { ...as(user), ...headers }, payload })
      )
    },
    async list(user, rest = 'banner') {
      return answer(await app.inject({ url: `/api/${rest}`, headers: as(user) }))
    },
    async counted(id = 'spring', kind = 'banner') {
      await clicks.flush()
      return (await clicks.counts({ kind, id })).items[0]
    },
    [Symbol.asyncDispose]: () => app.close()
  }
}

/** A banner that is shown to everybody for a day from now. */
export function banner(now: number): NewTarget {
  const url = 'https://example.com/spring'
  return { kind: 'banner', id: 'spring', title: '春季运动会', url, start: now, end: now + 24 * hour }
}

function answer(raw: LightMyRequestResponse): Answer {
  return { status: raw.statusCode, body: raw.json<Ws3Body>(), raw }
}
