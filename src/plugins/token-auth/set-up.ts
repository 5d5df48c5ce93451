import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import type { App, Clock } from '../../core/index.ts'
import { Outcomes, type ApiErrors } from '../api-error/service.ts'
import type { Database } from '../database/service.ts'
import { LoginLimits, UserList, type Sessions } from '../sessions/service.ts'
import type { State } from '../state/service.ts'
import { Authority } from './authority.ts'
import type { TokenSettings } from './config.ts'
import { createDenylist } from './denylist.ts'
import { Endpoints } from './endpoints.ts'
import { Guard } from './guard.ts'
import { passingKey, readKeys } from './key-ring.ts'
import { Logins } from './logins.ts'
import { addRoutes } from './routes.ts'
import { Scopes } from './scopes.ts'
import type { TokenAuth } from './service.ts'
import { Tokens } from './tokens.ts'
import { Versions } from './versions.ts'

export interface SetUpParts {
  readonly settings: TokenSettings
  readonly state?: State | undefined
  readonly database?: Database | undefined
  readonly sessions?: Sessions | undefined
  readonly errors?: ApiErrors | undefined
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** Puts the service together, and adds its hooks and routes to the gateway. */
export async function setUp(app: App, parts: SetUpParts): Promise<TokenAuth> {
  const { settings, state, database, sessions, errors, clock, log } = parts
  const { sessionScopes } = settings
  const keys = readKeys(settings)
  if (keys.length === 0) log.warn('no secret is set: tokens are good until this process ends')
  const ring = keys.length > 0 ? keys : [passingKey(randomBytes(32))]
  const tokens = new Tokens({ settings, keys: ring, clock })
  const users = new UserList(settings.users)
  const denylist = createDenylist(state, clock)
  const versions = await Versions.open(database, clock)
  const authority = new Authority({ settings, tokens, users, denylist, versions, clock, log })
  const limits = new LoginLimits({
    prefix: 'token-auth',
    perMinutePerIp: settings.loginsPerMinutePerIp,
    perMinutePerUser: settings.loginsPerMinutePerUser,
    clock,
    log,
    state
  })

  const endpoints = new Endpoints(settings.prefixes)
  const scopes = new Scopes(settings.scopes, log)
  const [requests, issued] = [new Outcomes('ok'), new Outcomes('ok')]
  const [refreshes, revocations] = [new Outcomes('ok'), new Outcomes('ok')]
  const guard = new Guard({ endpoints, scopes, authority, sessions, sessionScopes, outcomes: requests })
  app.decorateRequest('principal')
  app.addHook('onRoute', route => endpoints.note(route))
  app.addHook('onRequest', guard.hook)
  app.addHook('onReady', async () => compile(endpoints, scopes, settings, log))

  const logins = new Logins({ authority, users, limits, sessionScopes, outcomes: issued })
  await app.register(async child => {
    errors?.dialectFor(child, 'flask')
    const { canIssue } = tokens
    addRoutes(child.withTypeProvider(), { logins, authority, sessions, canIssue, refreshes, revocations })
  })

  return {
    principalOf: request => request.principal,
    verify: token => authority.verify(token),
    issue: (id, granted) => authority.issue({ id, kind: 'other', scopes: granted }, false),
    revokeToken: token => authority.revoke(token),
    revokeAll: (kind, id) => authority.revokeAll(kind, id),
    mayCall: (principal, method, url) => guard.mayCall(principal, method, url),
    permits: (granted, endpoint) => scopes.permit(granted, endpoint),
    endpoints: () => endpoints.list(),
    status: () => ({
      requests: requests.snapshot(),
      logins: issued.snapshot(),
      refreshes: refreshes.snapshot(),
      revocations: revocations.snapshot()
    })
  }
}

/** @throws {Error} when two endpoints have one id, or, where the settings are strict, a pattern fits none */
function compile(
  endpoints: Endpoints,
  scopes: Scopes,
  { strict }: Pick<TokenSettings, 'strict'>,
  log: FastifyBaseLogger
): void {
  const clashes = endpoints.clashes()
  if (clashes.length > 0) throw new Error(clashes.join('; '))
  const required = endpoints.list().filter(({ auth }) => auth === 'required')
  const idle = scopes.compile(required.map(({ id }) => id))
  if (idle.length === 0) return
  const text = `patterns that fit no endpoint: ${idle.join(', ')}`
  if (strict) throw new Error(`${text}; mend them, or set strict to false`)
  log.warn(text)
}
