import type { StatementFailure } from '../figures.ts'

/** SQLSTATE codes, or the classes of two characters that they begin with, of what is told apart. */
const failures: ReadonlyMap<string, StatementFailure> = new Map([
  ['57014', 'timeout'],
  ['55P03', 'busy'],
  ['40', 'busy'],
  ['23', 'constraint'],
  ['53', 'full'],
  ['57', 'connection'],
  ['08', 'connection']
])

/** Why a statement failed. What is no answer of the server is a connection that is not there, or was lost. */
export function statementFailure(error: unknown): StatementFailure {
  if (!(error instanceof Error)) return 'other'
  if (error.message === 'Query read timeout') return 'timeout'
  if (!('severity' in error))
    return error instanceof TypeError || error instanceof RangeError ? 'other' : 'connection'
  const code = 'code' in error ? String(error.code) : ''
  return failures.get(code) ?? failures.get(code.slice(0, 2)) ?? 'other'
}
