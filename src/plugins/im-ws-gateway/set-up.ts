import type { FastifyBaseLogger } from 'fastify'
import { randomBytes } from 'node:crypto'
import { keepOverReloads, type App, type Clock } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import type { Database } from '../database/service.ts'
import type { State } from '../state/service.ts'
import type { ImSettings } from './config.ts'
import { Gateway } from './gateway/gateway.ts'
import { ReturningClients } from './gateway/returning-clients.ts'
import { openCores } from './nodes/open-cores.ts'
import { addImRoutes } from './rest/routes.ts'
import { openTokens } from './tokens/open-tokens.ts'
import type { Tokens } from './tokens/tokens.ts'
import type { Uploads } from './uploads/open-uploads.ts'

export interface SetUpParts {
  readonly config: ImSettings
  readonly database: Database
  readonly state?: State | undefined
  readonly errors?: ApiErrors | undefined
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** Puts the gateway together, and adds its routes. */
export async function setUp(app: App, parts: SetUpParts): Promise<Gateway> {
  const { config, database, state, errors, clock, log } = parts
  const settings = { ...config, tokenSecret: config.tokenSecret || randomBytes(32).toString('hex') }
  if (config.tokenCheck === 'embedded' && config.tokenSecret === '')
    log.warn('no tokenSecret is set: tokens are good until this process ends')
  const opened = await openTokens({ settings, database, state, clock })
  // The hooks run in reverse: whatever fails from here on, what follows is closed first.
  app.addHook('onClose', () => opened.close())
  const { tokens, issuer } = opened
  const cores = await openCores({ app, settings, database, state, clock, log })
  // The next gateway waits for its end.
  app.addHook('onClose', () => cores.close())
  const uploads = await uploadsOf(app, { ...parts, tokens })
  const gateways = keepOverReloads(app, 'gateways of im-ws-gateway', () => new Set<Gateway>())
  const returning = keepOverReloads(app, 'returning clients of im-ws-gateway', () => new ReturningClients())
  const gateway = new Gateway({ settings, clock, log, cores, tokens, state, uploads, gateways, returning })
  app.addHook('onClose', async () => {
    await gateway.close()
    await uploads?.close()
  })
  const { backOffice } = cores
  gateway.addTo(app)
  addImRoutes(app, {
    settings,
    issuer,
    backOffice,
    errors,
    forceLogout: (userID, platformID) => gateway.forceLogout(userID, platformID),
    platformsOf: userID => gateway.platformsOf(userID)
  })
  if (settings.demo && issuer) {
    const { addDemo } = await import('./demo/demo.ts')
    addDemo(app, { settings, issuer, backOffice, hasFiles: uploads !== undefined })
  }
  return gateway
}

/** Files of clients, where they are wanted. */
async function uploadsOf(
  app: App,
  { config, errors, ...parts }: SetUpParts & { readonly tokens: Tokens }
): Promise<Uploads | undefined> {
  if (!config.uploads.enabled) return undefined
  if (!errors) {
    parts.log.warn('nothing can be uploaded: the plugin api-error is not on, which writes the answers')
    return undefined
  }
  const { openUploads } = await import('./uploads/open-uploads.ts')
  return openUploads(app, { ...parts, settings: config.uploads, errors })
}
