import type { IncomingHttpHeaders } from 'node:http'

/** What an upstream answered. */
export interface HttpAnswer {
  readonly status: number
  /** Names in lower case; `set-cookie` is a list. */
  readonly headers: IncomingHttpHeaders
  /** The body, decoded. */
  readonly data: unknown
  /** Where it came from in the end. */
  readonly url: string
}
