import { isApiError, type CatalogueEntry, type ErrorContext, type Locale } from './api-error.ts'
import { Errors } from './errors.ts'
import { httpEntry } from './http-statuses.ts'
import { fieldFaults, type SchemaError } from './validation.ts'

/** A failure of a known kind. `reason` is a text for users, word for word. */
export interface Classified {
  readonly entry: CatalogueEntry
  readonly context: ErrorContext
  readonly reason?: string
}

/** What a classification depends on besides the value thrown. */
export interface Circumstances {
  readonly locale: Locale
  /** Path without query. */
  readonly path: string
  /** The caller sent a token of any kind. */
  readonly hasToken: boolean
  byCode(code: number): CatalogueEntry | undefined
}

const timeouts = new Set<unknown>([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT'
])
const unreachable = new Set<unknown>([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET'
])

/** Finds the catalogue entry of whatever was thrown. Nothing it reads from the value can make it throw. */
export function classify(thrown: unknown, circumstances: Circumstances): Classified {
  try {
    return classifyValue(thrown, circumstances)
  } catch {
    return { entry: Errors.internal, context: {} }
  }
}

function classifyValue(thrown: unknown, circumstances: Circumstances): Classified {
  if (isApiError(thrown)) return { entry: thrown.entry, context: thrown.context }
  if (typeof thrown === 'object' && thrown !== null) return classifyObject(thrown, circumstances)
  if (typeof thrown === 'number' && thrown !== 0)
    return { entry: entryOfNumber(thrown, circumstances), context: {} }
  if (typeof thrown === 'string' && thrown !== '')
    return { entry: Errors['param.invalid'], context: {}, reason: thrown }
  const empty = thrown === undefined || thrown === null || thrown === 0 || thrown === '' || thrown === false
  return { entry: empty ? Errors['param.invalid'] : Errors.internal, context: {} }
}

function entryOfNumber(number: number, circumstances: Circumstances): CatalogueEntry {
  const known = circumstances.byCode(number)
  if (known) return known
  if (!isFailureStatus(number)) return Errors.internal
  if (number === 408) return Errors['upstream.timeout']
  if (number === 502) return Errors.maintenance
  if (number === 503) return Errors['upstream.unavailable']
  return entryOfStatus(number, circumstances)
}

/** The entry of a status where its kind is beyond doubt, else `http.<status>`. */
function entryOfStatus(status: number, { path, hasToken }: Circumstances): CatalogueEntry {
  if (status === 401 && path.endsWith('/auth')) return Errors['auth.failed']
  if (status === 401) return hasToken ? Errors['auth.token_invalid'] : Errors['auth.required']
  if (status === 403) return Errors['auth.forbidden']
  if (status === 404) return Errors['resource.not_found']
  if (status === 405) return Errors['route.method']
  if (status === 429) return Errors['rate.limited']
  return httpEntry(status)
}

/** The parts of foreign errors that tell their kind. Any of them may be missing or of another type. */
interface ForeignError {
  readonly name?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly cause?: unknown
  readonly statusCode?: unknown
  readonly headers?: unknown
  readonly expose?: unknown
  readonly validation?: unknown
  readonly validationContext?: unknown
  readonly isAxiosError?: unknown
  readonly response?: { readonly status?: unknown }
}

function classifyObject(error: ForeignError, circumstances: Circumstances): Classified {
  const detail = typeof error.message === 'string' ? { detail: error.message } : {}
  const context: ErrorContext = { ...detail, cause: error }
  const status = isFailureStatus(error.statusCode) ? error.statusCode : undefined
  if (error.validationContext !== undefined && (status ?? 400) < 500) {
    const faults = Array.isArray(error.validation) ? (error.validation as SchemaError[]) : []
    const fields = fieldFaults(faults, circumstances.locale)
    return { entry: Errors['param.invalid'], context: { ...context, fields } }
  }
  if (error.code === 'FST_ERR_HANDLER_TIMEOUT') return { entry: Errors['route.timeout'], context }
  const client = clientEntry(error)
  if (client) return { entry: client, context }
  if (status === undefined) return { entry: connectionEntry(error) ?? Errors.internal, context }
  const shown = error.expose === false ? { cause: error } : context
  const headers = textHeaders(error.headers)
  return { entry: entryOfStatus(status, circumstances), context: { ...shown, headers } }
}

/** Failures of HTTP clients, by type: the status they carry is that of somebody else's answer. */
function clientEntry(error: ForeignError): CatalogueEntry | undefined {
  if (error.code === 'UND_ERR_RESPONSE') return upstreamEntry(error.statusCode)
  if (error.isAxiosError !== true) return undefined
  return error.code === 'ECONNABORTED' ? Errors['upstream.timeout'] : upstreamEntry(error.response?.status)
}

function upstreamEntry(status: unknown): CatalogueEntry {
  if (status === 401) return Errors['upstream.unauthorized']
  if (status === 403) return Errors['upstream.forbidden']
  return Errors['upstream.unavailable']
}

/** Failures of connections, by the code of the error or of its cause (`fetch failed`), and aborts. */
function connectionEntry({ name, code, cause }: ForeignError): CatalogueEntry | undefined {
  const codes: unknown[] = [code, Object(cause).code]
  if (name === 'TimeoutError' || name === 'AbortError') return Errors['upstream.timeout']
  if (codes.some(each => timeouts.has(each))) return Errors['upstream.timeout']
  return codes.some(each => unreachable.has(each)) ? Errors['upstream.unavailable'] : undefined
}

function isFailureStatus(status: unknown): status is number {
  return Number.isInteger(status) && (status as number) >= 400 && (status as number) <= 599
}

function textHeaders(headers: unknown): Record<string, string> {
  const entries = Object.entries(Object(headers) as object)
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (isText(value) ? [[name, String(value)]] : []))
  )
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number'
}
