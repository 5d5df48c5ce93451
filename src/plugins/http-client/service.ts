import type { CookieJar } from 'tough-cookie'
import { service, type HistogramSnapshot } from '../../core/index.ts'
import type { WorkerMode } from '../fetch-workers/service.ts'
import type { HttpAnswer } from './http-answer.ts'

export type { WorkerMode } from '../fetch-workers/service.ts'
export type { HttpAnswer } from './http-answer.ts'
export { UpstreamError, type UpstreamErrorKind } from './upstream-error.ts'

/**
 * What is sent. Objects and arrays as a form (`application/x-www-form-urlencoded`; `{ a: { b: 1 } }` is `a[b]=1`, a list of
 * plain values repeats its name), texts as they are, `FormData` as `multipart/form-data`, bytes and streams untouched.
 */
export type HttpBody =
  | string
  | object
  | URLSearchParams
  | FormData
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | null

/** How one request is made. What is left out has the value from the settings. */
export interface HttpOptions {
  /** Not sent to another origin that the upstream redirects to, but for those that say what is accepted. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Added to the query of the URL, encoded like a form. */
  readonly query?: Readonly<Record<string, unknown>>
  /** A body as JSON, in place of any other. */
  readonly json?: unknown
  /** What `data` shall be. Default `auto`: JSON as a value, other texts as a string, anything else as a Buffer. */
  readonly as?: 'auto' | 'json' | 'text' | 'buffer'
  /** The encoding of the answer (a label such as `gbk`), where it is known better than the upstream says. */
  readonly charset?: string
  /** Which statuses are no error. Default: those below 400. */
  readonly accept?: (status: number) => boolean
  /** Milliseconds for all of it: redirects, a second try and the body included. */
  readonly timeoutMs?: number
  /** Bytes of the answer, before and after it is decompressed. */
  readonly maxBytes?: number
  /** Redirects that are followed; 0: the redirect is the answer. */
  readonly maxRedirects?: number
  readonly workers?: WorkerMode
  readonly signal?: AbortSignal
}

/** A whole request. */
export interface HttpRequest extends HttpOptions {
  readonly url: string | URL
  /** Default: GET. */
  readonly method?: string
  readonly body?: HttpBody
}

/**
 * A client for the upstreams that one request needs, with a cookie jar of its own. Every call rejects with an
 * {@link UpstreamError} when there is no acceptable answer, and throws a TypeError for what can be no request.
 */
export interface Http {
  get(url: string | URL, options?: HttpOptions): Promise<HttpAnswer>
  post(url: string | URL, body?: HttpBody, options?: HttpOptions): Promise<HttpAnswer>
  put(url: string | URL, body?: HttpBody, options?: HttpOptions): Promise<HttpAnswer>
  delete(url: string | URL, options?: HttpOptions): Promise<HttpAnswer>
  request(request: HttpRequest): Promise<HttpAnswer>
  /** As {@link HttpClient.guard}. */
  guard(url: string | URL): void
  /** What the upstreams have set, kept as browsers do: each gets its own cookies back. */
  readonly jar: CookieJar
}

/** On whose behalf requests are made. */
export interface OpenOptions {
  /** Ends the requests when it aborts: give the signal of the request that they are for. */
  readonly signal?: AbortSignal
  /** Name of the plugin, for the settings that say which hosts it may reach. */
  readonly plugin?: string
  /** The route, for the settings that exempt some from the breaker. */
  readonly route?: string
  /** For all requests that do not say it themselves. */
  readonly workers?: WorkerMode
}

/** How an upstream is doing. */
export interface UpstreamStatus {
  readonly host: string
  /** `open`: it gets no request. `half-open`: one request shows whether it works again. */
  readonly breaker: 'closed' | 'open' | 'half-open'
  readonly requests: number
  readonly failures: number
}

/** How long requests to one host took that ended in one way. */
export interface UpstreamDuration {
  /** Host and port as in the URL; `(other)`: any but the first 50. */
  readonly upstream: string
  /** `2xx`, `4xx`, …: it answered so; else the kind of the failure, or `failed`. */
  readonly outcome: string
  readonly seconds: HistogramSnapshot
}

/** What the client counts. */
export interface HttpClientStatus {
  readonly inFlight: number
  /** Those that were asked last, at most 1,000. */
  readonly upstreams: readonly UpstreamStatus[]
  /** Each redirect that was followed is a request of its own; those that the breaker refused are none. */
  readonly durations: readonly UpstreamDuration[]
  /** Monotonic counters: `requests_total`, `received_bytes_total`, … */
  readonly counters: Readonly<Record<string, number>>
  /** Answers since the start, by class of status: `2xx`, … */
  readonly answers: Readonly<Record<string, number>>
  /** Requests that failed, by {@link UpstreamErrorKind}. */
  readonly errors: Readonly<Record<string, number>>
}

/** Requests to upstreams. */
export interface HttpClient {
  /** Makes a client. It costs nothing until it is used. */
  open(options?: OpenOptions): Http
  /**
   * Throws while an upstream is known to be down. It is asked in the background, at most once a minute, and given the
   * benefit of the doubt until the first answer. Put it before slow work whose old result would do.
   * @throws {UpstreamError} what the last probe ended with
   */
  guard(url: string | URL, options?: Pick<OpenOptions, 'plugin'>): void
  status(): HttpClientStatus
}

export const HttpClient = service<HttpClient>('httpClient')
