import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { Settings } from '../../../src/core/index.ts'
import type { Config } from '../../../src/plugins/api-error/config.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import { ApiErrors } from '../../../src/plugins/api-error/service.ts'

export interface BuildOptions {
  readonly config?: Settings<Config>
  readonly server?: FastifyServerOptions & { readonly http?: object }
  readonly routes?: (app: FastifyInstance, errors: ApiErrors) => unknown
}

/** A gateway with api-error alone, and routes. Hold it with `await using`. */
export async function build({ config = {}, server, routes }: BuildOptions = {}) {
  const app = Fastify({
    frameworkErrors: (error, request, reply) => request.server.errorHandler(error, request, reply as never),
    ...server
  } as FastifyServerOptions)
  await app.register(apiError, config)
  await routes?.(app, app.getDecorator<ApiErrors>(ApiErrors.name))
  await app.ready()
  return Object.assign(app as FastifyInstance, { [Symbol.asyncDispose]: () => app.close() })
}
