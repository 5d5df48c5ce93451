import type { Locale } from '../api-error.ts'
import { Errors } from '../errors.ts'
import { metaHeaders, type Dialect } from './dialect.ts'
import { titleOf, userText, type Problem, type Success } from './outcome.ts'
import { integer, object, relatedResources, string } from './schemas.ts'

export interface Ws3Options {
  /** Answers `0`, `''`, `null`, `false` and nothing with code 404, as the original router did. */
  readonly falsyAs404: boolean
  /** Answers failures of unknown kind with code 400 instead of 500. */
  readonly errorsAs400: boolean
  /** Answers codes that the original had no text for with code 400, 未知错误. */
  readonly unknownAs400: boolean
  readonly texts: 'ws3' | 'ws3-campus'
}

type Titles = ReadonlyMap<string, Readonly<Record<Locale, string>>>

const campus = '学校相关服务'
const faulty = { 'zh-CN': `${campus}出现故障`, en: 'The school service is unavailable' }
const bundles: Readonly<Record<Ws3Options['texts'], Titles>> = {
  ws3: new Map(),
  'ws3-campus': new Map([
    ['upstream.timeout', { 'zh-CN': `与${campus}通信超时`, en: 'The school service did not answer in time' }],
    ['upstream.unavailable', faulty],
    ['circuit.open', faulty]
  ])
}
const unknown = { 'zh-CN': '未知错误', en: 'Unknown error' }
const codesWithText = new Set([400, 401, 403, 404, 405, 408, 500, 502, 503])

/** `{ success, code, result | reason, related? }` with HTTP status 200; code 203 marks a stale result. */
export function ws3(options: Ws3Options): Dialect {
  const titles = bundles[options.texts]
  return {
    name: 'ws3',
    mediaType: 'application/json',
    dataKey: 'result',
    status: () => 200,
    always200: true,
    schemas: {
      success: result =>
        object(
          { success: { const: true }, code: { enum: [200, 203] }, result },
          { related: relatedResources }
        ),
      failure: object(
        { success: { const: false }, code: integer, reason: string },
        { related: relatedResources }
      )
    },
    headers: outcome => metaHeaders({ ...outcome, related: [] }),
    refuses: data => options.falsyAs404 && !data,
    body(outcome) {
      if (!outcome.ok) return failure(outcome, titles, options)
      const result = outcome.data === undefined ? '' : outcome.data
      return { success: true, code: outcome.stale ? 203 : 200, result, ...relatedOf(outcome) }
    }
  }
}

function failure(problem: Problem, titles: Titles, options: Ws3Options): Record<string, unknown> {
  const { entry, locale } = problem
  const code = entry.ws3 ?? entry.http
  const related = relatedOf(problem)
  if (options.errorsAs400 && entry.key === Errors.internal.key)
    return { success: false, code: 400, reason: Errors['param.invalid'].title[locale], ...related }
  if (options.unknownAs400 && !codesWithText.has(code))
    return { success: false, code: 400, reason: unknown[locale], ...related }
  const title = titles.get(entry.key)?.[locale] ?? titleOf(problem)
  return { success: false, code, reason: userText(problem, title), ...related }
}

function relatedOf({ related }: Success | Problem): { readonly related?: unknown } {
  return related && related.length > 0 ? { related } : {}
}
