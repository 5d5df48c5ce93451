/** The languages of user-facing texts. */
export type Locale = 'zh-CN' | 'en'

/** One kind of failure, as the catalogue lists it. Texts may hold `{name}` parameters. */
export interface ErrorDefinition {
  /** HTTP status of the `problem` and `plain` dialects, 400–599. */
  readonly http: number
  /** `error_code` of the `flask` dialect, unique in the catalogue. */
  readonly flask: number
  /** `code` of the `ws3` dialect. Default: `http`. */
  readonly ws3?: number
  /** `errCode` of the `openim` dialect. Default: what OpenIM calls failures of the status, or the status. */
  readonly openim?: number
  readonly title: Readonly<Record<Locale, string>>
  /** The same request may succeed later. */
  readonly transient?: boolean
  /** False: `detail` is for the log only. Default: true below 500. */
  readonly expose?: boolean
}

/** A definition with its key, `area.reason` in lower case. */
export interface CatalogueEntry extends ErrorDefinition {
  readonly key: string
}

/** One field of the input that was refused. `path` is a JSON pointer. */
export interface FieldFault<Message = string> {
  readonly path: string
  readonly code: string
  readonly message: Message
}

/** A resource to look at next. Each method that makes sense has a text that says what it does. */
export interface Related {
  readonly url: string
  readonly get?: string
  readonly post?: string
  readonly put?: string
  readonly patch?: string
  readonly delete?: string
}

/** What is known of one failure beyond its kind. */
export interface ErrorContext {
  /** What happened this time, for developers; shown where the definition exposes it. */
  readonly detail?: string
  /** A message in both languages is shown in the caller's. */
  readonly fields?: readonly FieldFault<string | Readonly<Record<Locale, string>>>[]
  readonly params?: Readonly<Record<string, string | number>>
  /** Seconds after which a retry makes sense. */
  readonly retryAfter?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly related?: readonly Related[]
  readonly cause?: unknown
}

const brand = Symbol.for('paifang.ApiError')

/** A failure of a known kind. Throw it anywhere below a route: the route's dialect renders it. */
export class ApiError extends Error {
  readonly entry: CatalogueEntry
  readonly context: ErrorContext
  readonly [brand] = true

  constructor(entry: CatalogueEntry, context: ErrorContext = {}) {
    super(context.detail ?? entry.title.en, { cause: context.cause })
    this.name = 'ApiError'
    this.entry = entry
    this.context = context
  }

  /** For handlers that know only HTTP, such as Fastify's own. */
  get statusCode(): number {
    return this.entry.http
  }
}

/** Like `instanceof ApiError`, also for one made by another copy of this package. */
export function isApiError(value: unknown): value is ApiError {
  return value instanceof Error && brand in value
}

/** Names the kinds of failure of one plugin: `const Errors = defineErrors({ 'sign.queue_full': { … } })`. */
export function defineErrors<const D extends Readonly<Record<string, ErrorDefinition>>>(
  definitions: D
): { readonly [K in keyof D]: CatalogueEntry } {
  const entries = Object.entries(definitions).map(([key, definition]) => [key, { key, ...definition }])
  return Object.fromEntries(entries) as { readonly [K in keyof D]: CatalogueEntry }
}
