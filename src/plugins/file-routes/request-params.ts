import type { FastifyRequest } from 'fastify'

type Values = Readonly<Record<string, unknown>>
const inQuery = new Set(['GET', 'HEAD', 'DELETE'])

/** The parameters of a request: the query of GET, HEAD and DELETE, the body of others. Whoever sends no body sends none. */
export function paramsOf({ method, query, body }: Pick<FastifyRequest, 'method' | 'query' | 'body'>): Values {
  return (inQuery.has(method) ? query : (body ?? {})) as Values
}

/** Body and query in one, as WebService3 had it: the query goes before. */
export function mergedParamsOf({ query, body }: Pick<FastifyRequest, 'query' | 'body'>): Values {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  return { ...(isObject && body), ...(query as object) }
}

/** All that a request asks for, for the keys of caches. */
export function askedFor({ method, query, body, params }: FastifyRequest): unknown {
  const path = params as object
  const asked = method === 'GET' || method === 'HEAD' ? query : [query, body]
  return Object.keys(path).length === 0 ? asked : [path, asked]
}
