import type { CatalogueEntry } from '../api-error.ts'
import { metaHeaders, type Dialect } from './dialect.ts'
import { userText } from './outcome.ts'
import { integer, object, string } from './schemas.ts'

/** What OpenIM 3 calls failures of these statuses: bad arguments, bad token, no permission, not found, duplicate. */
const codes: Readonly<Record<number, number>> = { 400: 1001, 401: 1502, 403: 1002, 404: 1004, 409: 1003 }

/**
 * What clients of OpenIM 3 expect of its REST API: `{ errCode: 0, errMsg, errDlt, data }`, failures with another
 * `errCode` and without `data`, all with status 200, since they read no body of any other.
 */
export function openim(): Dialect {
  return {
    name: 'openim',
    mediaType: 'application/json',
    dataKey: 'data',
    status: () => 200,
    always200: true,
    headers: metaHeaders,
    schemas: {
      success: data => object({ errCode: { const: 0 }, errMsg: string, errDlt: string, data }),
      failure: object({ errCode: { ...integer, minimum: 1 }, errMsg: string, errDlt: string })
    },
    body: outcome =>
      outcome.ok
        ? { errCode: 0, errMsg: '', errDlt: '', data: outcome.data ?? null }
        : { errCode: codeOf(outcome.entry), errMsg: userText(outcome), errDlt: outcome.detail ?? '' }
  }
}

function codeOf({ openim: own, http }: CatalogueEntry): number {
  return own ?? codes[http] ?? http
}
