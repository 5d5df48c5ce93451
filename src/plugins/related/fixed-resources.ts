import type { RouteOptions } from 'fastify'
import { baseOf, resolvePath } from './resource-path.ts'
import { methodNames, nameOf, withoutSlash, type MethodName, type RouteMeta } from './route-meta.ts'
import type { RelatedMethods } from './service.ts'

/** A resource: where it is, parameters not filled in, and what its methods do. */
export interface Resource {
  readonly path: string
  readonly methods: Readonly<Partial<Record<MethodName, string>>>
}

/**
 * Reads the option `related` of a route.
 * @throws {TypeError} naming the route, for an option that is none, and for a path whose routes say nothing of themselves
 */
export function fixedResources(route: RouteOptions, meta: RouteMeta): readonly Resource[] {
  const option: unknown = route.config?.related
  const base = baseOf(route.url)
  try {
    if (option === 'children') return childrenOf(base, meta)
    if (Array.isArray(option)) return option.map(path => listed(base, path, meta))
    if (typeof option !== 'object' || option === null)
      throw new TypeError("related is 'children', a list of paths, or an object with a text for each path")
    return Object.entries(option).map(([path, methods]) => ({
      path: resolvePath(base, path),
      methods: textsOf(methods)
    }))
  } catch (error) {
    throw new TypeError(`${nameOf(route)}: ${(error as Error).message}`, { cause: error })
  }
}

/**
 * The texts of a resource as its author gives them: a text alone is that of GET.
 * @throws {TypeError} for texts that are none
 */
export function textsOf(given: unknown): Resource['methods'] {
  if (typeof given === 'string') return given === '' ? {} : { get: given }
  if (typeof given !== 'object' || given === null)
    throw new TypeError('a resource has a text, or an object with a text for each method')
  const methods: Partial<Record<MethodName, string>> = {}
  for (const [name, text] of Object.entries(given as RelatedMethods)) {
    const method = methodNames.find(each => each === name)
    if (!method) throw new TypeError(`'${name}' is no method of a resource (${methodNames.join(', ')})`)
    if (text !== undefined && typeof text !== 'string')
      throw new TypeError(`the text of '${name}' is no string`)
    if (text) methods[method] = text
  }
  return methods
}

function childrenOf(base: string, meta: RouteMeta): Resource[] {
  const children = [...meta].filter(([path]) => {
    const name = path.startsWith(`${base}/`) ? path.slice(base.length + 1) : ''
    return name !== '' && !name.includes('/')
  })
  return children.map(([path, methods]) => ({ path, methods: textsOf(methods) }))
}

function listed(base: string, given: unknown, meta: RouteMeta): Resource {
  if (typeof given !== 'string') throw new TypeError('a list in related has paths only')
  const path = withoutSlash(resolvePath(base, given))
  const methods = meta.get(path)
  if (!methods) throw new TypeError(`no route at ${path}, which related names, has a text (meta)`)
  return { path, methods: textsOf(methods) }
}
