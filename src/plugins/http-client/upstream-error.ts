import { ApiError, Errors as CommonErrors, type CatalogueEntry } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import type { HttpAnswer } from './http-answer.ts'

/**
 * What went wrong with an upstream. `timeout`: it was too slow. `connect`: no connection, or it was lost before an answer
 * began. `dns`: its name has no address. `tls`: its certificate is not accepted, or the two sides found no common ground.
 * `status`: it answered with a status that is not accepted. `body`: what it answered cannot be read, or is too large.
 * `redirect`: it sent the request somewhere where it cannot go. `aborted`: the caller gave up. `blocked`: the settings
 * forbid the host or its address. `circuit`: it failed too often, and gets no request for some time.
 */
export type UpstreamErrorKind =
  | 'timeout'
  | 'connect'
  | 'dns'
  | 'tls'
  | 'status'
  | 'body'
  | 'redirect'
  | 'aborted'
  | 'blocked'
  | 'circuit'

/** What is known of a failure beyond its kind. */
export interface UpstreamFacts {
  /** Host and port of the upstream, as in its URL. */
  readonly host: string
  readonly status?: number
  /** Whether the upstream may have got the request. Default: true. */
  readonly sent?: boolean
  /** For the log; no part of the request, nor of the answer. */
  readonly detail?: string
  /** Seconds. */
  readonly retryAfter?: number
  readonly cause?: unknown
  /** What came, where something did. */
  readonly answer?: HttpAnswer
}

/** A request to an upstream that failed. It is answered like the entry of the catalogue that its kind stands for. */
export class UpstreamError extends ApiError {
  readonly kind: UpstreamErrorKind
  readonly host: string
  /** What the upstream answered, if it did. */
  readonly status: number | undefined
  /** False: the upstream cannot have got the request, so it may be made again whatever it does. */
  readonly sent: boolean
  /** Not a property, so that no log takes it in. */
  readonly #answer: HttpAnswer | undefined

  constructor(kind: UpstreamErrorKind, facts: UpstreamFacts) {
    const { host, status, sent = true, detail, retryAfter, cause, answer } = facts
    // Whoever sees a 401 or a 403 sees its detail, which is for nobody outside; its cause is for the log alone.
    const isShown = status === 401 || status === 403
    const text = `${host}: ${detail ?? kind}`
    super(entryOf(kind, status), {
      ...(isShown ? { cause: new Error(text, { cause }) } : { detail: text, cause }),
      ...(retryAfter !== undefined && { retryAfter })
    })
    this.name = 'UpstreamError'
    this.kind = kind
    this.host = host
    this.status = status
    this.sent = sent
    this.#answer = answer
  }

  /** The answer whose status was not accepted. It is in no log. */
  get answer(): HttpAnswer | undefined {
    return this.#answer
  }
}

function entryOf(kind: UpstreamErrorKind, status: number | undefined): CatalogueEntry {
  if (kind === 'timeout') return CommonErrors['upstream.timeout']
  if (kind === 'circuit') return CommonErrors['circuit.open']
  if (kind === 'blocked') return Errors['upstream.blocked']
  if (kind === 'status' && status === 401) return CommonErrors['upstream.unauthorized']
  if (kind === 'status' && status === 403) return CommonErrors['upstream.forbidden']
  return CommonErrors['upstream.unavailable']
}
