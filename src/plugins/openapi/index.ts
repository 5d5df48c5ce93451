import { definePlugin, optional, watchRoutes } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { Sessions } from '../sessions/service.ts'
import { TokenAuth } from '../token-auth/service.ts'
import { Config } from './config.ts'
import { operationsOf, type Operation } from './operations.ts'
import { OpenApi, type OpenApiDocument } from './service.ts'

export default definePlugin({
  name: 'openapi',
  description: 'A description of all routes in OpenAPI 3.1, made of what they say of themselves.',
  config: Config,
  needs: { errors: optional(ApiErrors), sessions: optional(Sessions), tokenAuth: optional(TokenAuth) },
  provides: OpenApi,
  scope: 'global',

  setup(app, { config, log, errors, sessions, tokenAuth }) {
    const routes = watchRoutes(app)
    let operations: readonly Operation[] = []
    let made: Promise<OpenApiDocument> | undefined
    app.addHook('onReady', async () => {
      operations = operationsOf(routes(), config.exclude)
    })
    const make = async (): Promise<OpenApiDocument> => {
      const { makeDocument } = await import('./document.ts')
      return makeDocument({
        settings: config,
        operations,
        errors,
        identification: { endpoints: tokenAuth?.endpoints(), sessions: sessions !== undefined },
        lost: references => log.warn({ references }, 'references of schemas that lead nowhere are left out')
      })
    }
    const document = (): Promise<OpenApiDocument> => (made ??= make())
    app.get(
      config.path,
      { config: { raw: true, access: 'public' }, schema: { hide: true } },
      async (_request, reply) => {
        reply.header('cache-control', 'no-cache')
        return document()
      }
    )
    return { document }
  }
})
