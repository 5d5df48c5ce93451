import { isProduction, definePlugin, optional } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { Sessions } from '../sessions/service.ts'
import { TokenAuth } from '../token-auth/service.ts'
import { Config } from './config.ts'
import { describeRoutes, type RunningOpenApi } from './described-routes.ts'
import { addReference } from './reference/routes.ts'
import { OpenApi } from './service.ts'

export default definePlugin({
  name: 'openapi',
  description:
    'A description of all routes in OpenAPI 3.1, made of what they say of themselves, and a page that shows it.',
  config: Config,
  needs: { errors: optional(ApiErrors), sessions: optional(Sessions), tokenAuth: optional(TokenAuth) },
  provides: OpenApi,
  scope: 'global',

  setup(app, { config, ...parts }) {
    const running = describeRoutes(app, { settings: config, ...parts })
    app.get(
      config.path,
      { config: { raw: true, access: 'public' }, schema: { hide: true } },
      async (_request, reply) => {
        reply.header('cache-control', 'no-cache')
        return running.document()
      }
    )
    const { reference, referencePath: path } = config
    if (reference === 'always' || (reference === 'development' && !isProduction(app)))
      addReference(app, { path, parts: running.shown })
    return running
  },

  admin(app, running) {
    const { shown, origin } = running as RunningOpenApi
    addReference(app, { path: '', parts: shown, origin })
  }
})
