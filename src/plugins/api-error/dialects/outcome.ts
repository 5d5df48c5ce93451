import type { CatalogueEntry, FieldFault, Locale, Related } from '../api-error.ts'
import { fill } from '../locale.ts'
import type { ResultExtras } from '../result.ts'

/** What a handler returned. */
export interface Success extends Omit<ResultExtras, 'status'> {
  readonly ok: true
  readonly data: unknown
  /** 200–299. */
  readonly status: number
  /** Path and query of the request. */
  readonly url: string
}

/** What went wrong, stripped of what the caller must not see. */
export interface Problem {
  readonly ok: false
  readonly entry: CatalogueEntry
  readonly locale: Locale
  readonly params?: Readonly<Record<string, string | number>> | undefined
  /** A text for users that replaces the title. */
  readonly reason?: string | undefined
  /** For developers; absent where it must not be shown. */
  readonly detail?: string | undefined
  readonly fields: readonly FieldFault[]
  /** Seconds. */
  readonly retryAfter?: number | undefined
  readonly related?: readonly Related[] | undefined
  /** Method and path without query; empty when the request could not be read. */
  readonly method: string
  readonly path: string
  readonly requestId: string
  /** Only in development, to callers on this machine. */
  readonly debug?: unknown
}

export type Outcome = Success | Problem

/** The entry's title in the caller's language. */
export function titleOf({ entry, locale, params }: Problem): string {
  return fill(entry.title[locale], params)
}

/** One text for users: the reason or `title`, then the fields at fault. */
export function userText(problem: Problem, title = titleOf(problem)): string {
  if (problem.reason !== undefined) return problem.reason
  if (problem.fields.length === 0) return title
  const [colon, semicolon] = problem.locale === 'en' ? [': ', '; '] : ['：', '；']
  const fields = problem.fields.map(({ path, message }) => `${path.slice(1)} ${message}`.trim())
  return `${title}${colon}${fields.join(semicolon)}`
}
