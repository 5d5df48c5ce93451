import type {
  FastifyBaseLogger,
  FastifyContextConfig,
  FastifyReply,
  FastifyRequest,
  FastifySchema
} from 'fastify'
import { service } from '../../core/index.ts'
import type { ContextCache } from '../cache/service.ts'
import type { Http } from '../http-client/service.ts'
import type { SessionUser } from '../sessions/service.ts'

/** The methods that a route file may answer. HEAD is answered by `get`. */
export type RouteMethod = (typeof routeMethods)[number]
/** All of them, in the order in which they are told. */
export const routeMethods = ['get', 'post', 'put', 'patch', 'delete'] as const

/**
 * What the functions of a route file have to work with, as `this` and as second argument. Other plugins add members to it
 * by {@link FileRoutes.extend} and by declaring them here. Reading a member whose plugin is off throws and names the plugin.
 */
export interface RouteContext {
  /** The query of GET, HEAD and DELETE; the body of the others; `[id]` of the path is part of neither. */
  readonly params: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
  /** What stands for `[id]` in the path of the file. */
  readonly path: Readonly<Record<string, string>>
  readonly user: SessionUser
  // Functions, and no methods: they may be taken out of the context.
  readonly publicCache: ContextCache['publicCache']
  readonly userCache: ContextCache['userCache']
  readonly clearUserCache: ContextCache['clearUserCache']
  readonly get: Http['get']
  readonly post: Http['post']
  readonly put: Http['put']
  readonly delete: Http['delete']
  readonly guard: Http['guard']
  /** The client behind `get`, `post`, `put` and `delete`, with a cookie jar of this request. */
  readonly http: Http
  /** Logs the user in at their provider, so that `http` has their cookies. */
  readonly useAuthCookie: () => Promise<void>
  readonly log: FastifyBaseLogger
  /** The setting `values` of the plugin, frozen. */
  readonly config: Readonly<Record<string, unknown>>
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Answers one method. What it returns is the answer's data; what it throws is the failure, as `api-error` reads it. */
export type RouteFunction = (this: RouteContext, params: never, context: RouteContext) => unknown

/** What is said of a file besides its functions: one value for all its methods, or one for each. */
export interface RouteFileOptions {
  /** A text a method, such as `{ id, page?: integer } One page of the list`. It documents and validates the parameters. */
  readonly meta?: Partial<Record<RouteMethod, string>>
  /** JSON Schemas of Fastify a method, in place of those that `meta` gives. */
  readonly schema?: Partial<Record<RouteMethod, FastifySchema>>
  /**
   * Options of the routes for other plugins: `cache`, `auth`, `endpoint`, `dialect`, `user`, … What stands under the name of
   * a method holds for that method alone, and goes before what holds for all. `cache` holds for `get` alone.
   */
  readonly config?: FastifyContextConfig & { readonly [M in RouteMethod]?: FastifyContextConfig }
  /** Resources to look at next, of all its methods, for the plugin `related`. */
  readonly related?: FastifyContextConfig['related']
}

/** A file as it is served. */
export interface FileRoute {
  /** Relative to the directory of the routes. */
  readonly file: string
  /** As Fastify writes it: `/card/:id`. */
  readonly url: string
  readonly methods: readonly RouteMethod[]
}

/** Serves a directory of files, each at the path that it has there. */
export interface FileRoutes {
  /**
   * Adds a member to the context of all functions, made when a function first reads it, once a request. Before the gateway
   * is ready.
   * @throws {Error} when there is one of this name
   */
  extend(name: string, make: (request: FastifyRequest, reply: FastifyReply) => unknown): void
  /** The files, by URL. */
  routes(): readonly FileRoute[]
}

export const FileRoutes = service<FileRoutes>('fileRoutes')
