import type { FastifyRequest } from 'fastify'
import { service } from '../../core/index.ts'
import type { Related } from '../api-error/service.ts'

export type { ParameterSchema } from './parameter-schema.ts'
export { routeText, type ParametersSchema, type RouteText } from './route-text.ts'

/** What each method of a resource does. What is absent or undefined is not told. */
export interface RelatedMethods {
  readonly get?: string | undefined
  readonly post?: string | undefined
  readonly put?: string | undefined
  readonly patch?: string | undefined
  readonly delete?: string | undefined
}

/** Resources to look at next: `related` of answers in `ws3`, the header `Link` in other dialects. */
export interface RelatedResources {
  /**
   * Adds a resource to the answer of a request, whether it is a success or a failure.
   * @param path absolute (`/card`, `https://…`), or relative to the path of the request as if that were a directory:
   * `x` and `./x` are below it, `../x` is beside it
   * @param methods a text is that of GET; without any text nothing is added
   * @throws {TypeError} for a path or texts that are no strings
   */
  add(request: FastifyRequest, path: string, methods: string | RelatedMethods): void
  /** What the answer of a request has, as the caller may see it; at most 100. */
  of(request: FastifyRequest): readonly Related[]
}

export const RelatedResources = service<RelatedResources>('relatedResources')

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does, as {@link routeText} reads it: `{ id, page?: integer } One page of the list`. */
    meta?: string
    /**
     * Resources that all answers of the route name. `children`: the routes one level below. A list of paths: with the `meta`
     * of their routes. An object: its texts by path. Paths are relative as those of {@link RelatedResources.add}.
     */
    related?: 'children' | readonly string[] | Readonly<Record<string, string | RelatedMethods>>
  }
}

declare module '../file-routes/service.ts' {
  interface RouteContext {
    /** Adds a resource to the answer, as {@link RelatedResources.add} does: `this.related('../card', 'The card')`. */
    related(path: string, methods: string | RelatedMethods): void
  }
}
