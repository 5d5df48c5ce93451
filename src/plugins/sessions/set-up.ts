import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { isProduction, type App, type Clock } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import { openKey, type Database } from '../database/service.ts'
import type { State } from '../state/service.ts'
import { SharedPasswords } from './shared-passwords.ts'
import { configUsers } from './config-users.ts'
import type { SessionSettings } from './config.ts'
import { SessionFigures } from './figures.ts'
import { forgetEverywhere } from './forget-everywhere.ts'
import type { HttpClient } from '../http-client/service.ts'
import { httpProvider } from './http-provider.ts'
import { Logins } from './logins.ts'
import { Lookup } from './lookup.ts'
import { findArgon2, PasswordKdf } from './password-kdf.ts'
import { PasswordRoutes } from './password-routes.ts'
import { derivations } from './passwords/derivation-queue.ts'
import { LoginLimits } from './passwords/login-limits.ts'
import { Providers } from './providers.ts'
import { RequestUsers } from './request-users.ts'
import { addRoutes } from './routes.ts'
import { serverKeys } from './server-keys.ts'
import { SessionMemory } from './session-memory.ts'
import { CrossEncryptedSessions } from './sessions.ts'
import { Store } from './store.ts'
import { Sweep } from './sweep.ts'
import { openTables } from './tables.ts'
import { Turns } from './turns.ts'

export interface SetUpParts {
  readonly settings: SessionSettings
  readonly database: Database
  readonly state?: State | undefined
  readonly errors?: ApiErrors | undefined
  readonly httpClient?: HttpClient | undefined
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** Puts the service together, and adds its hook and its routes to the gateway. */
export async function setUp(app: App, parts: SetUpParts): Promise<CrossEncryptedSessions> {
  const { settings, database, state, errors, httpClient, clock, log } = parts
  const { secret, keyFile } = settings
  const place = { plugin: 'sessions', setting: 'secret', secret, keyFile }
  const keys = serverKeys(await openKey(database, place, log, isProduction(app)))
  const kdf = new PasswordKdf(
    settings,
    derivations,
    settings.kdf === 'scrypt' ? undefined : await findArgon2(log)
  )
  const store = new Store(await openTables(database), keys.mac)
  const memory = new SessionMemory(settings.maxSessionsInMemory, clock)
  const figures = new SessionFigures()
  const leave = state && forgetEverywhere(memory, state, log)

  const { provider, providerTimeoutMs } = settings
  const providers = new Providers({ provider, providerTimeoutMs, clock, httpClient })
  providers.add(configUsers(settings.users))
  if (settings.http.url !== '') providers.add(httpProvider(settings.http))

  const lookup = new Lookup({ store, memory, keys, provider, lifetime: settings, figures, clock, log })
  const users = new RequestUsers(lookup)
  const listeners: ((identity: string) => void)[] = [() => void figures.dataKeysLost++]
  const logins = new Logins({
    store,
    memory,
    lookup,
    keys,
    kdf,
    providers,
    settings,
    clock,
    log,
    lost: tellAll(listeners, log),
    limits: new LoginLimits({
      prefix: 'sessions',
      perMinutePerIp: settings.loginsPerMinutePerIp,
      perMinutePerUser: settings.loginsPerMinutePerUser,
      clock,
      log,
      state
    }),
    shared: new SharedPasswords(settings.usersPerPassword),
    turns: new Turns(),
    figures
  })
  const passwordRoutes = new PasswordRoutes()
  const sweep = new Sweep({ store, lifetime: settings, clock, log })

  app.decorateRequest('user', {
    getter(this: FastifyRequest) {
      return users.userOf(this)
    }
  })
  app.addHook('onRequest', users.hook)
  app.addHook('onRoute', function (route) {
    passwordRoutes.mark(this, route)
  })
  app.addHook('onReady', async () => providers.assertComplete())
  app.addHook('onClose', async () => {
    await sweep.stop()
    await lookup.settle()
    await leave?.()
  })
  await app.register(async child => {
    errors?.dialectFor(child, 'ws3')
    addRoutes(child.withTypeProvider(), { logins, users })
  })
  return new CrossEncryptedSessions({
    logins,
    lookup,
    users,
    providers,
    passwordRoutes,
    keys,
    listeners,
    memory,
    figures
  })
}

/** Whoever fails to listen does not fail the login. */
function tellAll(listeners: readonly ((identity: string) => void)[], log: FastifyBaseLogger) {
  return (identity: string): void => {
    for (const listener of listeners)
      try {
        listener(identity)
      } catch (error) {
        log.error({ err: error, identity }, 'a lost data key was not taken note of')
      }
  }
}
