import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify'
import { service } from '../../core/index.ts'
import type { Schema } from './dialects/schemas.ts'
import type { CatalogueEntry, Locale, Related } from './api-error.ts'

export { ApiError, defineErrors } from './api-error.ts'
export type {
  CatalogueEntry,
  ErrorContext,
  ErrorDefinition,
  FieldFault,
  Locale,
  Related
} from './api-error.ts'
export { Errors } from './errors.ts'
export { outcomeOf, Outcomes } from './outcomes.ts'
export type { Schema } from './dialects/schemas.ts'
export { isResult, result, type ResultExtras } from './result.ts'

/** The forms in which answers and failures are written. */
export type DialectName = 'plain' | 'flask' | 'ws3' | 'openim' | 'problem'

/** A handler's value before a dialect renders it. */
export type ValueTransform = (value: unknown, request: FastifyRequest, reply: FastifyReply) => unknown

/** What the answers of a route look like. */
export interface RouteAnswers {
  /** The one that callers get unless they ask for another. */
  readonly dialect: DialectName
  /** JSON Schema (draft 2020-12) of the body of a success with this data. */
  readonly success: (data: Schema) => Schema
  /** The same of failures, … */
  readonly failure: Schema
  /** … which have this Content-Type. */
  readonly failureType: string
  /** Successes and failures all have HTTP status 200. */
  readonly always200: boolean
  /** The body of a success with this data, for examples. */
  readonly successBody: (data: unknown) => unknown
  /** The body of a failure of this kind without anything that is particular to one, for examples. */
  readonly failureBody: (entry: CatalogueEntry) => unknown
}

/** Says what the answer of a request is related to. */
export type RelatedSource = (request: FastifyRequest) => readonly Related[]

/**
 * Looks at a route that is being added and may return what stands in for its handler. `this` is the instance that the
 * route belongs to.
 */
export type HandlerWrap = (this: FastifyInstance, route: RouteOptions) => RouteHandlerMethod | undefined

/** Uniform answers and errors. */
export interface ApiErrors {
  /**
   * Adds kinds of failure to the catalogue, before the gateway is ready.
   * @throws {Error} naming both owners when a key or a flask code is taken
   */
  define(owner: string, entries: Readonly<Record<string, CatalogueEntry>>): void
  /** The catalogue, sorted by key. */
  catalogue(): readonly CatalogueEntry[]
  /** The kinds of failure that a plugin has added by {@link ApiErrors.define}, sorted by key. */
  kindsOf(owner: string): readonly CatalogueEntry[]
  /** Changes what handlers return before a dialect renders it (sealing an answer, for one). Runs in order of addition. */
  transform(transform: ValueTransform): void
  /**
   * Puts something between the handlers of the routes that are added from now on and the dialect, which renders the
   * value of what stands in for them (a cache, for one). What was added last is outermost. What `wrap` throws ends the
   * start.
   */
  around(wrap: HandlerWrap): void
  /**
   * Asks `source`, once an answer, which resources the answer of a request is related to besides those that it names itself.
   * Successes that a dialect renders and all failures have them, `ws3` in the body, the others in the header `Link`. Of more
   * than 100 the rest is left out. What `source` throws is logged, and changes nothing else.
   */
  relate(source: RelatedSource): void
  /**
   * Sets the dialect of the routes that `app` and its children add from now on. A route's own `config.dialect`, the
   * settings and the caller's `Accept` take precedence.
   */
  dialectFor(app: FastifyInstance, dialect: DialectName): void
  /** What the answers of a route look like, for documents. Once the route has been added. */
  answersOf(route: RouteOptions): RouteAnswers
  /** The kind of failure that a request was answered with; `undefined` for none, and until it is. */
  failureOf(request: FastifyRequest): CatalogueEntry | undefined
  /** How many requests were answered with which kind of failure, by its key. */
  failureCounts(): Readonly<Record<string, number>>
  /** The language to answer a request in, for texts that an answer holds besides those of a failure. */
  localeOf(request: FastifyRequest): Locale
}

export const ApiErrors = service<ApiErrors>('apiErrors')

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The dialect of this route, whatever the caller asks for. */
    dialect?: DialectName
    /**
     * The kinds of failure that it answers with besides a bad request, a missing token and a fault of the gateway, for documents.
     * Default: all of its plugin.
     */
    failures?: readonly CatalogueEntry[]
    /** True: what the handler returns is sent as it is. Failures are still rendered. */
    raw?: boolean
  }
}
