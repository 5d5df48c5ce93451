import type { RouteOptions } from 'fastify'
import type { FailureKind } from './failure-kind.ts'
import { failureKind } from './failure-kind.ts'
import type { Policies } from './policies.ts'
import { checkedTags, type Policy } from './policy.ts'
import type { RouteCacheOptions } from './service.ts'

/** How a route is cached, with nothing left to decide. */
export interface RouteCaching {
  /** `GET /users/:id`, for HEAD as well. */
  readonly routeId: string
  readonly policy: Policy
  readonly scope: 'public' | 'user'
  /** In lower case. */
  readonly vary: readonly string[]
  readonly tags: NonNullable<RouteCacheOptions['tags']>
  readonly refresh: NonNullable<RouteCacheOptions['refresh']>
  readonly cacheControl: boolean
  readonly classify: (error: unknown) => FailureKind
}

const known = new Set<string>([
  'policy',
  'scope',
  'vary',
  'tags',
  'refresh',
  'cacheControl',
  'classify'
] satisfies (keyof RouteCacheOptions)[])
const maxVary = 8

/**
 * Reads the option `cache` of a route; `undefined` where there is none.
 * @throws {TypeError} naming the route and what is wrong
 */
export function routeCaching(route: RouteOptions, policies: Policies): RouteCaching | undefined {
  const option: unknown = route.config?.cache
  if (option === undefined) return undefined
  const methods = [route.method].flat()
  try {
    const other = methods.find(method => method !== 'GET' && method !== 'HEAD')
    if (other !== undefined) throw new TypeError(`${other} is not cached, only GET and HEAD are`)
    if (Reflect.get(route, 'websocket') === true) throw new TypeError('a WebSocket is not cached')
    const options = typeof option === 'string' ? { policy: option } : option
    return readOptions(`GET ${route.url}`, options, policies)
  } catch (error) {
    throw new TypeError(`Route ${methods.join(', ')} ${route.url}: ${(error as Error).message}`, {
      cause: error
    })
  }
}

function readOptions(routeId: string, options: unknown, policies: Policies): RouteCaching {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('the option cache is a policy, or an object with one')
  const unknown = Object.keys(options).find(name => !known.has(name))
  if (unknown !== undefined)
    throw new TypeError(`the option cache has no '${unknown}', but ${[...known].join(', ')}`)
  const {
    policy,
    scope = 'public',
    vary = [],
    tags = () => [],
    refresh = 'users',
    cacheControl = true,
    classify = failureKind
  } = options as RouteCacheOptions
  oneOf('scope', scope, ['public', 'user'])
  oneOf('refresh', refresh, ['nobody', 'users', 'anyone'])
  oneOf('cacheControl', cacheControl, [true, false])
  if (typeof tags !== 'function')
    throw new TypeError('tags is a function of the request; fixed ones belong to the policy')
  if (typeof classify !== 'function') throw new TypeError('classify is a function of what was thrown')
  return {
    routeId,
    policy: policies.of(policy),
    scope,
    vary: headerNames(vary),
    tags: request => checkedTags(tags(request)),
    refresh,
    cacheControl,
    classify
  }
}

function oneOf(name: string, value: unknown, values: readonly unknown[]): void {
  if (!values.includes(value))
    throw new TypeError(`${name} is one of ${values.join(', ')}; got ${String(value)}`)
}

function headerNames(names: unknown): readonly string[] {
  const isList = Array.isArray(names) && names.length <= maxVary
  const isName = (name: unknown): boolean =>
    typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]{1,64}$/.test(name)
  if (!isList || !names.every(isName))
    throw new TypeError(`vary is a list of at most ${maxVary} header names`)
  return names.map(name => String(name).toLowerCase()).toSorted()
}
