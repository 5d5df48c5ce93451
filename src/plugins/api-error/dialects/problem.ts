import { metaHeaders, realStatus, type Dialect } from './dialect.ts'
import { titleOf, type Problem } from './outcome.ts'
import { integer, object, relatedResources, string, type Schema } from './schemas.ts'

export interface ProblemOptions {
  /** Base of the problem types: `<docsUrl>/errors/<key>`. Without one they point into `/_errors` of this gateway. */
  readonly docsUrl?: string | undefined
}

const fieldFault = object({ pointer: string, code: string, message: string })
const detailsSchema: Schema = object(
  {
    type: string,
    title: string,
    status: integer,
    code: string,
    errorCode: integer,
    requestId: string,
    docs: string
  },
  {
    detail: string,
    instance: string,
    errors: { type: 'array', items: fieldFault },
    retryAfter: integer,
    related: relatedResources,
    debug: {}
  }
)

/** The bare value, and problem details (RFC 9457) with real HTTP statuses. */
export function problem({ docsUrl }: ProblemOptions): Dialect {
  const base = docsUrl === undefined ? '/_errors#' : `${docsUrl.replace(/\/+$/, '')}/errors/`
  return {
    name: 'problem',
    mediaType: 'application/problem+json',
    status: realStatus,
    always200: false,
    schemas: { success: data => data, failure: detailsSchema },
    headers: metaHeaders,
    body: outcome => (outcome.ok ? { data: outcome.data } : details(outcome, `${base}${outcome.entry.key}`))
  }
}

function details(outcome: Problem, type: string): Record<string, unknown> {
  const { entry, requestId, fields, retryAfter, related, debug } = outcome
  return {
    type,
    title: titleOf(outcome),
    status: entry.http,
    detail: outcome.reason ?? outcome.detail,
    instance: outcome.path || undefined,
    code: entry.key,
    errorCode: entry.flask,
    requestId,
    errors: fields.length > 0 ? fields.map(({ path, ...field }) => ({ pointer: path, ...field })) : undefined,
    retryAfter,
    related: related && related.length > 0 ? related : undefined,
    docs: type,
    debug
  }
}
