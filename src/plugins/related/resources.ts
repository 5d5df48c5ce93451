import type { FastifyRequest, RouteOptions } from 'fastify'
import type { Related } from '../api-error/service.ts'
import type { Config } from './config.ts'
import { fixedResources, textsOf, type Resource } from './fixed-resources.ts'
import { baseOf, fillPath, isForeign, resolvePath } from './resource-path.ts'
import { metaOfRoutes } from './route-meta.ts'
import type { RelatedMethods, RelatedResources } from './service.ts'
import { showAll, type Visible } from './visibility.ts'

const maxResources = 100
const maxCharacters = 2_000

/** The resources that answers name: those of the routes, and those that handlers add. */
export class Resources implements RelatedResources {
  readonly #publicPrefix: string
  #visible: Visible = showAll
  /** By method and path of the route that names them. */
  readonly #fixed = new Map<string, readonly Resource[]>()
  readonly #added = new WeakMap<FastifyRequest, Map<string, Resource>>()

  constructor({ publicPrefix }: Pick<Config, 'publicPrefix'>) {
    this.#publicPrefix = publicPrefix
  }

  /**
   * Reads what the routes say of themselves and of each other, when all are there.
   * @throws {TypeError} naming the route and what is wrong
   */
  read(routes: readonly RouteOptions[], visible: Visible): void {
    this.#visible = visible
    const meta = metaOfRoutes(routes)
    for (const route of routes) {
      if (route.config?.related === undefined) continue
      const resources = fixedResources(route, meta)
      for (const method of [route.method].flat()) this.#fixed.set(`${method} ${route.url}`, resources)
    }
  }

  add(request: FastifyRequest, path: string, methods: string | RelatedMethods): void {
    if (typeof path !== 'string') throw new TypeError('the path of a related resource is a string')
    const resource = { path: resolvePath(baseOf(request.url), path), methods: textsOf(methods) }
    const added = this.#added.get(request) ?? new Map<string, Resource>()
    const before = added.get(resource.path)
    const texts = [resource.path, ...Object.values(resource.methods)]
    if ((!before && added.size === maxResources) || texts.some(({ length }) => length > maxCharacters)) {
      request.log.warn(`a related resource is left out: there are ${maxResources}, or a text is too long`)
      return
    }
    added.set(resource.path, before ? merge(before, resource) : resource)
    this.#added.set(request, added)
  }

  of(request: FastifyRequest): readonly Related[] {
    const added = this.#added.get(request)
    const fixed = this.#fixedOf(request)
    if (!added && fixed.length === 0) return []
    const resources = new Map(added)
    for (const { path: pattern, methods } of fixed) {
      const path = fillPath(pattern, request.params)
      if (path !== undefined) resources.set(path, merge({ path, methods }, resources.get(path)))
    }
    return [...resources.values()]
      .flatMap(resource => this.#visible(resource, request) ?? [])
      .slice(0, maxResources)
      .map(({ path, methods }) => ({ url: isForeign(path) ? path : this.#publicPrefix + path, ...methods }))
  }

  #fixedOf({ method, routeOptions }: FastifyRequest): readonly Resource[] {
    if (routeOptions.config?.related === undefined) return []
    return this.#fixed.get(`${method} ${routeOptions.url}`) ?? []
  }
}

function merge(first: Resource, second: Resource | undefined): Resource {
  return { path: first.path, methods: { ...first.methods, ...second?.methods } }
}
