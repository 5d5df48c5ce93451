import type { FastifyContextConfig, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import type { Endpoint } from './route-file.ts'
import { routeMethods, type RouteMethod } from './service.ts'

/** What other plugins have seen of a method when its route was added. */
export interface Declared {
  readonly config: FastifyContextConfig
  /** Schemas of the answers. */
  readonly response: unknown
}

/** A path with whatever answers there at the moment. */
export class LiveRoute {
  /** As Fastify writes it. */
  readonly url: string
  /** By method; none for those that had no function when the route was added. */
  readonly declared: ReadonlyMap<RouteMethod, Declared>
  /** Methods that other plugins answer here. */
  readonly others: readonly string[]
  endpoints: ReadonlyMap<RouteMethod, Endpoint>

  constructor(url: string, endpoints: ReadonlyMap<RouteMethod, Endpoint>, others: readonly string[] = []) {
    this.url = url
    this.endpoints = endpoints
    this.others = others
    this.declared = new Map([...endpoints].map(([method, endpoint]) => [method, declaredBy(endpoint)]))
  }

  /**
   * What answers a request.
   * @throws {ApiError} `route.method` when nothing does, but something would with another method, else `route.not_found`
   */
  endpointFor({ method }: Pick<FastifyRequest, 'method'>, reply: FastifyReply): Endpoint {
    const lower = method === 'HEAD' ? 'get' : method.toLowerCase()
    const endpoint = this.endpoints.get(lower as RouteMethod)
    if (endpoint) return endpoint
    const methods = this.methods
    if (methods.length === 0) throw new ApiError(CommonErrors['route.not_found'])
    reply.header('allow', methods.join(', '))
    throw new ApiError(CommonErrors['route.method'])
  }

  /** Those with an answer, for `Allow`. */
  get methods(): readonly string[] {
    const own = routeMethods.filter(method => this.endpoints.has(method))
    const upper = own.flatMap(method => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
    return [...new Set([...upper, ...this.others])]
  }
}

/** What other plugins see of an endpoint. */
export function declaredBy({ config, schema }: Endpoint): Declared {
  return { config, response: schema?.response }
}
