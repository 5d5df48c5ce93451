import type { FastifyContextConfig, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestCompiler } from '../../core/index.ts'
import type { ContextFactory } from './context-factory.ts'
import type { Exports } from './module-exports.ts'
import type { Place } from './places.ts'
import type { RequestContext } from './request-context.ts'
import { requestSchema, type RequestSchema } from './request-schema.ts'
import { sourceOf, type RouteSource } from './route-source.ts'
import type { RouteFunction, RouteMethod } from './service.ts'

/** One method of a file, ready to answer. */
export interface Endpoint extends RequestSchema {
  readonly file: string
  readonly run: RouteFunction
  /** Options of its route for other plugins. */
  readonly config: FastifyContextConfig
  readonly contextOf: (request: FastifyRequest, reply: FastifyReply) => RequestContext
}

/** A file that answers. */
export interface RouteFile extends Place {
  readonly endpoints: ReadonlyMap<RouteMethod, Endpoint>
}

/** What files are read with. */
export interface FileParts {
  readonly contexts: ContextFactory
  readonly compile: RequestCompiler
}

/**
 * Makes endpoints of what a file exports.
 * @throws {AggregateError} with all that is wrong with it
 */
export function routeFile(place: Place, exported: Exports, { contexts, compile }: FileParts): RouteFile {
  const { file, urls } = place
  const source: RouteSource = sourceOf(exported)
  const faults = contexts.take(file, source.members)
  const endpoints = new Map<RouteMethod, Endpoint>()
  for (const [method, { run, config, ...said }] of source.methods) {
    try {
      const isCached = config.cache !== undefined
      const contextOf = contexts.of({ file, url: urls[0] as string, isCached }, source.members)
      endpoints.set(method, { file, run, config, contextOf, ...requestSchema(method, said, compile) })
    } catch (error) {
      faults.push(`what it says of ${method}: ${(error as Error).message}`)
    }
  }
  if (faults.length > 0)
    throw new AggregateError(
      faults.map(text => new TypeError(text)),
      faults.join('; ')
    )
  return { file, urls, endpoints }
}
