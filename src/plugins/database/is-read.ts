import { SelectQueryNode, type CompiledQuery } from 'kysely'

const read = /^\s*(?:select|values)\b/i

/** Whether a query writes nothing, as far as can be seen from how it begins. */
export function isRead({ sql, query }: CompiledQuery): boolean {
  return SelectQueryNode.is(query) || read.test(sql)
}
