import { metaHeaders, realStatus, type Dialect } from './dialect.ts'
import { userText } from './outcome.ts'
import { integer, object, string } from './schemas.ts'

export interface PlainOptions {
  readonly status: 'mirror' | 'always200'
}

/** `{ code, msg, data }`: `code` is 200 or the HTTP status of the failure, whose `data` is false. */
export function plain({ status }: PlainOptions): Dialect {
  return {
    name: 'plain',
    mediaType: 'application/json',
    dataKey: 'data',
    status: outcome => (status === 'always200' ? 200 : realStatus(outcome)),
    always200: status === 'always200',
    headers: metaHeaders,
    schemas: {
      success: data => object({ code: { const: 200 }, msg: string, data }),
      failure: object({ code: integer, msg: string, data: { const: false } })
    },
    body(outcome) {
      if (outcome.ok) return { code: 200, msg: outcome.message ?? '成功', data: outcome.data ?? null }
      return { code: outcome.entry.http, msg: userText(outcome), data: false }
    }
  }
}
