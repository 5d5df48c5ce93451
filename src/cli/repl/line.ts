import { nearest } from '../../settings/nearest.ts'
import { LineError } from './line-error.ts'
import { readValues, wordsIn, type Values } from './values.ts'

/** The methods that a line may begin with, in small letters or capitals. */
export const verbs = ['get', 'post', 'put', 'patch', 'delete'] as const

/** What else a line may begin with. */
export const words = ['auth', 'logout', 'server', 'help'] as const

/** What a line asks for. */
export type ReplLine =
  | { readonly kind: 'request'; readonly method: string; readonly path: string; readonly values?: Values }
  | {
      readonly kind: 'login'
      readonly cardnum: string
      readonly password: string
      readonly gpassword?: string
    }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'server'; readonly address: string }
  | { readonly kind: 'who' | 'logout' | 'help' | 'nothing' }

const tokenForm = /^(?:[0-9a-f]{64}|[\w-]+\.[\w-]+\.[\w-]+)$/i

/**
 * Reads a line. Empty ones and those that begin with `#` ask for nothing.
 * @throws {LineError} when it makes no sense
 */
export function readLine(text: string): ReplLine {
  const line = text.trim()
  if (line === '' || line.startsWith('#')) return { kind: 'nothing' }
  const [, first = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? []
  if (first.startsWith('/')) return request('GET', first, rest)
  const word = first.toLowerCase()
  if ((verbs as readonly string[]).includes(word)) {
    const [, path = '', values = ''] = /^(\S*)\s*(.*)$/s.exec(rest) ?? []
    if (path === '') throw new LineError(`${word} what? ${word} /route name=value`)
    return request(word.toUpperCase(), path.startsWith('/') ? path : `/${path}`, values)
  }
  if (word === 'auth') return auth(wordsIn(rest))
  if (word === 'server') return server(wordsIn(rest))
  if (word === 'logout' || word === 'help') return alone(word, rest)
  const guess = nearest(word, [...verbs, ...words])
  throw new LineError(
    `'${first}' is no command and no route${guess ? `; did you mean '${guess}'?` : "; 'help' lists what there is"}`
  )
}

function request(method: string, path: string, rest: string): ReplLine {
  const values = readValues(rest)
  return { kind: 'request', method, path, ...(values && { values }) }
}

function alone(kind: 'logout' | 'help', rest: string): ReplLine {
  if (rest !== '') throw new LineError(`${kind} takes nothing more`)
  return { kind }
}

function auth([first, password, gpassword, ...more]: string[]): ReplLine {
  if (first === undefined) return { kind: 'who' }
  if (password !== undefined && more.length === 0)
    return { kind: 'login', cardnum: first, password, ...(gpassword !== undefined && { gpassword }) }
  if (password === undefined && tokenForm.test(first)) return { kind: 'token', token: first }
  throw new LineError(
    'auth CARD PASSWORD [GPASSWORD] logs in, auth TOKEN shows a token, auth says who you are'
  )
}

function server([address, ...more]: string[]): ReplLine {
  if (address !== undefined && more.length === 0) return { kind: 'server', address }
  throw new LineError('server URL sends requests to another gateway, server local to the one in here')
}
