import type { FastifyBaseLogger } from 'fastify'
import { localOrigin, watchRoutes, type App } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import type { Sessions } from '../sessions/service.ts'
import type { TokenAuth } from '../token-auth/service.ts'
import type { Config } from './config.ts'
import { operationsOf, type Operation } from './operations.ts'
import type { ReferenceParts } from './reference/page.ts'
import type { OpenApi, OpenApiDocument } from './service.ts'

/** What a description of routes is made of. */
export interface DescriptionParts {
  readonly settings: Config
  readonly log: FastifyBaseLogger
  readonly errors: ApiErrors | undefined
  readonly sessions: Sessions | undefined
  readonly tokenAuth: TokenAuth | undefined
}

/** A description, as its plugin knows it. */
export interface RunningOpenApi extends OpenApi {
  /** What the page shows. */
  readonly shown: () => Promise<Omit<ReferenceParts, 'path' | 'origin'>>
  /** Where this machine reaches the gateway; `undefined` while it listens nowhere. */
  readonly origin: () => string | undefined
}

/** Describes the routes of a gateway once it is ready, and makes the document when it is first asked for. */
export function describeRoutes(app: App, parts: DescriptionParts): RunningOpenApi {
  const { settings, log, errors, sessions, tokenAuth } = parts
  const routes = watchRoutes(app)
  let operations: readonly Operation[] = []
  let made: Promise<OpenApiDocument> | undefined
  app.addHook('onReady', async () => {
    operations = operationsOf(routes(), settings.exclude)
  })
  const make = async (): Promise<OpenApiDocument> => {
    const { makeDocument } = await import('./document.ts')
    return makeDocument({
      settings,
      operations,
      errors,
      identification: { endpoints: tokenAuth?.endpoints(), sessions: sessions !== undefined },
      lost: references => log.warn({ references }, 'references of schemas that lead nowhere are left out')
    })
  }
  const document = (): Promise<OpenApiDocument> => (made ??= make())
  return {
    document,
    shown: async () => ({
      document: await document(),
      kinds: errors?.catalogue() ?? [],
      documentPath: settings.path
    }),
    origin: () => localOrigin(app)
  }
}
