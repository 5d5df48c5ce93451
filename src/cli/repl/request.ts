import type { ReplRequest } from './target.ts'
import type { Values } from './values.ts'

/** What a request is made with besides its route. */
export interface RequestParts {
  readonly values?: Values | undefined
  readonly token?: string | undefined
}

const withQuery = new Set(['GET', 'DELETE'])

/** The request of a line. Values go into the query of GET and DELETE, as JSON into the body of the others. */
export function requestOf(method: string, path: string, { values, token }: RequestParts): ReplRequest {
  const url = new URL(`http://gateway${path}`)
  const headers = { ...(token !== undefined && credential(token)) }
  const target = { method, path: url.pathname + url.search, headers }
  if (!values) return target
  if (!withQuery.has(method))
    return {
      ...target,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(values)
    }
  for (const [name, value] of Object.entries(values))
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, textOf(one))
  return { ...target, path: url.pathname + url.search }
}

/** Tokens of `sessions` are digits in hex, those of `token-auth` have two dots. */
function credential(token: string): Record<string, string> {
  return token.includes('.') ? { authorization: `Bearer ${token}` } : { token }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
