import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction, RouteOptions } from 'fastify'
import type { App } from '../../core/index.ts'
import type { TokenAuth } from '../token-auth/service.ts'
import { answer, type AnswerOptions } from './answer.ts'
import { checkIntake, type IntakeLimits } from './intake.ts'
import { LiveRoute } from './live-route.ts'
import type { Endpoint } from './route-file.ts'
import type { RouteMethod } from './service.ts'

/** How routes are added. */
export interface RouteParts extends AnswerOptions {
  readonly limits: IntakeLimits & { readonly maxBodyBytes: number }
  readonly tokenAuth: TokenAuth | undefined
}

/** Finds what answers a request. */
type Find = (request: FastifyRequest, reply: FastifyReply) => Endpoint

/**
 * Adds a path: a route for each method that has a function, and one that refuses the other methods.
 * @throws {Error} what other plugins say of its options, or when another plugin answers there
 */
export function addRoute(
  app: App,
  url: string,
  endpoints: ReadonlyMap<RouteMethod, Endpoint>,
  parts: RouteParts
): LiveRoute {
  const others = app.supportedMethods.filter(method => app.hasRoute({ method, url }))
  const route = new LiveRoute(url, endpoints, others)
  const shared = { url, ...optionsFor((request, reply) => route.endpointFor(request, reply), parts) }
  const refused = new Set(app.supportedMethods.filter(method => !others.includes(method)))
  for (const [name, { config, schema }] of endpoints) {
    const method = name.toUpperCase()
    if (others.includes(method))
      throw new Error(`${method} ${url} is answered by ${ownerOf(app, method, url)}`)
    app.route({ ...shared, method, config: { ...config }, ...(schema && { schema }) })
    refused.delete(method)
    if (method === 'GET') refused.delete('HEAD')
  }
  // Nobody needs a token to learn that there is no such method.
  const config = isGuarded(parts.tokenAuth, url) ? { auth: 'public' as const } : {}
  app.route({ ...shared, method: [...refused], config, schema: { hide: true } } as RouteOptions)
  return route
}

/** Whether whoever calls a path needs a token, unless its route says that they do not. */
export function isGuarded(tokenAuth: TokenAuth | undefined, url: string): boolean {
  // No route has this method, and none says anything.
  return tokenAuth?.mayCall(undefined, 'ANY', url) === false
}

/** Who has added a route. */
function ownerOf(app: App, method: string, url: string): string {
  const routes = app.hasDecorator('gateway') ? app.gateway.routes : []
  const route = routes.find(
    each => shapeOf(each.url) === shapeOf(url) && each.method.split(',').includes(method)
  )
  return route?.plugin === undefined ? 'the gateway itself' : `the plugin ${route.plugin}`
}

/** A path whatever its parameters are called. */
function shapeOf(url: string): string {
  return url.replaceAll(/:\w+/g, ':')
}

/** What all routes have in common. Requests are validated here, by the version of the file that answers. */
export function optionsFor(find: Find, { limits, mergeParams, dialects }: RouteParts) {
  const options = { mergeParams, dialects }
  return {
    bodyLimit: limits.maxBodyBytes,
    validatorCompiler: () => () => true,
    onRequest: guarded(find),
    preValidation: guarded((request, reply) => {
      checkIntake(request, limits)
      find(request, reply).check(request)
    }),
    handler: async (request: FastifyRequest, reply: FastifyReply) =>
      answer(find(request, reply), request, reply, options)
  }
}

function guarded(check: (request: FastifyRequest, reply: FastifyReply) => unknown) {
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    try {
      check(request, reply)
      done()
    } catch (error) {
      done(error as Error)
    }
  }
}
