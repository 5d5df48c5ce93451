import type { DialectName } from '../service.ts'
import type { Related } from '../api-error.ts'
import { linkHeader, type Link } from './link-header.ts'
import type { Outcome } from './outcome.ts'
import type { BodySchemas } from './schemas.ts'

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
  readonly headers: (outcome: Outcome) => Readonly<Record<string, string>>
  /** True for values that count as `resource.not_found`. */
  readonly refuses?: (data: unknown) => boolean
  readonly body: (outcome: Outcome) => Readonly<Record<string, unknown>>
  /** Every outcome has HTTP status 200. */
  readonly always200: boolean
  readonly schemas: BodySchemas
}

/** The HTTP status of an outcome, where a dialect does not hide it. */
export function realStatus(outcome: Outcome): number {
  return outcome.ok ? outcome.status : outcome.entry.http
}

/**
 * Page, age and related resources as headers: `X-Total-Count`, `Link` (RFC 8288), `Age` (RFC 9111) and
 * `Cache-Status` (RFC 9211). The neighbours of a page come before what is related.
 */
export function metaHeaders(outcome: Outcome): Record<string, string> {
  const headers: Record<string, string> = {}
  const links: Link[] = []
  if (outcome.ok) {
    const { page, stale, url } = outcome
    if (page) {
      headers['x-total-count'] = String(page.total)
      if (page.page > 1) links.push({ url: pageUrl(url, page.page - 1), rel: 'prev' })
      if (page.page * page.size < page.total) links.push({ url: pageUrl(url, page.page + 1), rel: 'next' })
    }
    if (stale) {
      headers['age'] = String(Math.max(0, Math.round(stale.ageMs / 1000)))
      headers['cache-status'] = `paifang; hit; detail="${stale.reason.replaceAll(/[^ !#-[\]-~]/g, '?')}"`
    }
  }
  for (const resource of outcome.related ?? [])
    links.push({ url: resource.url, rel: 'related', title: titleOfResource(resource) })
  const link = linkHeader(links)
  if (link !== '') headers['link'] = link
  return headers
}

/** A link has one title: what following it does, and where nobody follows it, what another method does. */
function titleOfResource({ get, post, put, patch, delete: remove }: Related): string | undefined {
  return get ?? post ?? put ?? patch ?? remove
}

function pageUrl(url: string, page: number): string {
  const [path = '', query = ''] = url.split('?', 2)
  const parameters = new URLSearchParams(query)
  parameters.set('page', String(page))
  return `${path}?${parameters.toString()}`
}
