import { isProduction, Clock, definePlugin, optional, single, systemClock } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { Cache } from '../cache/service.ts'
import { HttpClient } from '../http-client/service.ts'
import { Sessions } from '../sessions/service.ts'
import { TokenAuth } from '../token-auth/service.ts'
import { Config } from './config.ts'
import { ServedFiles } from './served-files.ts'
import { FileRoutes } from './service.ts'

export default definePlugin({
  name: 'file-routes',
  description: 'Serves a directory of files, each at the path that it has there.',
  config: Config,
  needs: {
    cache: optional(Cache),
    errors: optional(ApiErrors),
    httpClient: optional(HttpClient),
    sessions: optional(Sessions),
    tokenAuth: optional(TokenAuth),
    clock: optional(Clock)
  },
  provides: FileRoutes,

  setup(app, { config: settings, clock = systemClock, ...parts }) {
    return new ServedFiles({ ...parts, settings, clock, production: isProduction(app) })
  },

  routes: (app, files) => (files as ServedFiles).serve(app),
  health: files => (files as ServedFiles).checkHealth(),
  metrics: files => [
    single('paifang_file_routes', 'Paths that files answer', files.routes().length),
    single('paifang_file_routes_faults', 'Faults of files that have changed', (files as ServedFiles).faults)
  ]
})
