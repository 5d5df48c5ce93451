import type { Locale } from '../api-error.ts'
import { metaHeaders, realStatus, type Dialect } from './dialect.ts'
import { titleOf, userText, type Problem, type Success } from './outcome.ts'
import { integer, object, string, type Schema } from './schemas.ts'

export interface FlaskOptions {
  readonly shape: 'both' | 'code-msg' | 'error_code-message'
  readonly status: 'always200' | 'mirror'
}

/** Titles that front ends of this dialect know in other words. */
const titles = new Map<string, Readonly<Record<Locale, string>>>([
  ['auth.forbidden', { 'zh-CN': '权限不足', en: 'Insufficient permission' }]
])

/** `{ code: 200, data, message }`, lists with `total`; failures by number: `{ code, error_code, msg, message, request }`. */
export function flask({ shape, status }: FlaskOptions): Dialect {
  return {
    name: 'flask',
    mediaType: 'application/json',
    dataKey: 'data',
    status: outcome => (status === 'always200' ? 200 : realStatus(outcome)),
    always200: status === 'always200',
    headers: metaHeaders,
    schemas: {
      success: data =>
        object({ code: { const: 200 }, data: orNull(data), message: string }, { total: integer }),
      failure: failureSchema(shape)
    },
    body: outcome => (outcome.ok ? success(outcome) : failure(outcome, shape))
  }
}

function success({ data, message = 'ok', page }: Success): Record<string, unknown> {
  const body = { code: 200, data: isEmptyObject(data) ? null : (data ?? null), message }
  return page ? { ...body, total: page.total } : body
}

function failure(problem: Problem, shape: FlaskOptions['shape']): Record<string, unknown> {
  const code = problem.entry.flask
  const text = userText(problem, titles.get(problem.entry.key)?.[problem.locale] ?? titleOf(problem))
  const request = `${problem.method} ${problem.path}`.trim()
  if (shape === 'code-msg') return { code, msg: text, request }
  if (shape === 'error_code-message') return { error_code: code, message: text, request }
  return { code, error_code: code, msg: text, message: text, request }
}

function failureSchema(shape: FlaskOptions['shape']): Schema {
  if (shape === 'code-msg') return object({ code: integer, msg: string, request: string })
  if (shape === 'error_code-message') return object({ error_code: integer, message: string, request: string })
  return object({ code: integer, error_code: integer, msg: string, message: string, request: string })
}

/** An empty object is written as null. */
function orNull(data: Schema): Schema {
  const { type } = data
  const mayBeObject = type === 'object' || (type === undefined && Object.keys(data).length > 0)
  return mayBeObject ? { anyOf: [data, { type: 'null' }] } : data
}

function isEmptyObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return (prototype === Object.prototype || prototype === null) && Object.keys(value).length === 0
}
