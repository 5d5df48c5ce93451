import { verbs, words } from './line.ts'
import type { ReplRoute } from './target.ts'

/** What the last word of a line may become: verbs, words and routes, in this order. */
export function completionsOf(line: string, routes: readonly ReplRoute[]): readonly string[] {
  const [, before = '', last = ''] = /^(.*?)(\S*)$/s.exec(line.trimStart()) ?? []
  const first = before.trim().toLowerCase()
  if (first === '' && !last.startsWith('/'))
    return [...verbs, ...words].filter(word => word.startsWith(last.toLowerCase()))
  if (first === 'server') return ['local'].filter(word => word.startsWith(last))
  const method = first === '' ? 'GET' : first.toUpperCase()
  if (first !== '' && !(verbs as readonly string[]).includes(first)) return []
  const found = routes.filter(route => answers(route, method) && route.url.startsWith(last))
  return [...new Set(found.map(({ url }) => url))].toSorted()
}

/** Routes of several methods name them all, separated by commas. */
function answers(route: ReplRoute, method: string): boolean {
  return route.method.split(',').includes(method)
}
