import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { App } from '../../../core/index.ts'
import { Errors as CommonErrors } from '../../api-error/service.ts'
import { ImError } from '../codes.ts'
import { onlyWith } from './access.ts'
import { RestErrors } from './errors.ts'
import { addImportRoutes } from './import-routes.ts'
import { addMessageRoute } from './message-routes.ts'
import type { ImRoutesParts } from './parts.ts'
import { refusalOf } from './refusal.ts'
import { strictValidation } from './strict-validation.ts'
import { addTokenRoutes } from './token-routes.ts'
import { addUserRoutes } from './user-routes.ts'

/** Adds the routes of back ends, all of which want the admin secret. Without one there are none. */
export function addImRoutes(app: App, parts: ImRoutesParts): void {
  const { settings, errors } = parts
  if (settings.adminSecret === '') return
  void app.register(async (child: FastifyInstance) => {
    const routes = child.withTypeProvider<TypeBoxTypeProvider>()
    // Back ends know these answers in one form, whatever the others are written in.
    errors?.dialectFor(routes, 'problem')
    routes.setValidatorCompiler(strictValidation())
    routes.addHook('onRequest', onlyWith(settings.adminSecret))
    routes.addHook('onRoute', route => {
      const failures = [CommonErrors['auth.token_invalid'], ...Object.values(RestErrors)]
      route.config = { failures, ...route.config, access: 'the admin secret' }
    })
    routes.setErrorHandler(error => {
      throw error instanceof ImError ? refusalOf(error) : error
    })
    addUserRoutes(routes, parts)
    addTokenRoutes(routes, parts)
    addMessageRoute(routes, parts)
    addImportRoutes(routes, parts)
  })
}
