import type { DialectName } from '../service.ts'
import type { Outcome, Success } from './outcome.ts'

/** A way to write outcomes. All of it is pure. */
export interface Dialect {
  readonly name: DialectName
  /** Content-Type of failures; that of success is `application/json`. */
  readonly mediaType: string
  /** The member of a successful body that holds the value; absent where the value is the body. */
  readonly dataKey?: string
  /** The HTTP status. */
  readonly status: (outcome: Outcome) => number
  /** Headers for what the body has no place for. */
  readonly headers: (outcome: Success) => Readonly<Record<string, string>>
  /** True for values that count as `resource.not_found`. */
  readonly refuses?: (data: unknown) => boolean
  readonly body: (outcome: Outcome) => Readonly<Record<string, unknown>>
}

/** The HTTP status of an outcome, where a dialect does not hide it. */
export function realStatus(outcome: Outcome): number {
  return outcome.ok ? outcome.status : outcome.entry.http
}

/**
 * Page, age and related resources as headers: `X-Total-Count`, `Link` (RFC 8288), `Age` (RFC 9111) and
 * `Cache-Status` (RFC 9211).
 */
export function metaHeaders({ page, stale, related = [], url }: Success): Record<string, string> {
  const links = related.map(resource => `<${reference(resource.url)}>; rel="related"`)
  const headers: Record<string, string> = {}
  if (page) {
    headers['x-total-count'] = String(page.total)
    if (page.page > 1) links.push(`<${reference(pageUrl(url, page.page - 1))}>; rel="prev"`)
    if (page.page * page.size < page.total)
      links.push(`<${reference(pageUrl(url, page.page + 1))}>; rel="next"`)
  }
  if (stale) {
    headers['age'] = String(Math.max(0, Math.round(stale.ageMs / 1000)))
    headers['cache-status'] = `paifang; hit; detail="${stale.reason.replaceAll(/[^ !#-[\]-~]/g, '?')}"`
  }
  if (links.length > 0) headers['link'] = links.join(', ')
  return headers
}

function pageUrl(url: string, page: number): string {
  const [path = '', query = ''] = url.split('?', 2)
  const parameters = new URLSearchParams(query)
  parameters.set('page', String(page))
  return `${path}?${parameters.toString()}`
}

/** Escapes what may not stand in a URI reference between `<` and `>`. */
function reference(url: string): string {
  return url.replaceAll(/[^!-~]|[<>"]/gu, character =>
    [...Buffer.from(character)].map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  )
}
