import { definePlugin, optional, watchRoutes } from '../../core/index.ts'
import { ApiErrors } from '../api-error/service.ts'
import { FileRoutes } from '../file-routes/service.ts'
import { TokenAuth } from '../token-auth/service.ts'
import { Config } from './config.ts'
import { Resources } from './resources.ts'
import { RelatedResources } from './service.ts'
import { showAll, showPermitted } from './visibility.ts'

export default definePlugin({
  name: 'related',
  description: 'Answers that name the resources to look at next, and what they do.',
  config: Config,
  needs: { errors: ApiErrors, fileRoutes: optional(FileRoutes), tokenAuth: optional(TokenAuth) },
  provides: RelatedResources,
  scope: 'global',

  setup(app, { config, errors, fileRoutes, tokenAuth }) {
    const resources = new Resources(config)
    const routes = watchRoutes(app)
    errors.relate(request => resources.of(request))
    fileRoutes?.extend('related', request => resources.add.bind(resources, request))
    app.addHook('onReady', async () => {
      const hides = config.hideForbidden && tokenAuth
      const all = routes().map(({ options }) => options)
      resources.read(all, hides ? showPermitted(tokenAuth, all) : showAll)
    })
    return resources
  }
})
