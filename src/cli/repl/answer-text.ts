import { STATUS_CODES } from 'node:http'
import { styleText } from 'node:util'
import type { ReplAnswer } from './target.ts'

/** An answer for people to read. */
export interface ShownAnswer {
  readonly text: string
  /** False: it tells of a failure, by its status or by what its dialect says. */
  readonly ok: boolean
}

type Style = Parameters<typeof styleText>[0]
/** Texts, names of members, words, numbers. */
const jsonParts = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
/** Characters that a terminal would obey. */
const controls = /[^\P{Cc}\t\n]/gu
/** Characters of an answer that are shown. */
const maxShown = 65_536

/**
 * Shows an answer: status, time, what a cache says, and the body, JSON with colours.
 * @param ms how long it took
 */
export function shownAnswer(answer: ReplAnswer, ms: number, colours: boolean): ShownAnswer {
  const { status, headers } = answer
  const paint = (style: Style, text: string): string =>
    colours ? styleText(style, text, { validateStream: false }) : text
  const value = jsonIn(answer)
  const ok = status < 400 && !tellsFailure(value)
  const code = codeIn(value)
  const head = [
    paint(ok ? 'green' : 'red', `${status} ${STATUS_CODES[status] ?? ''}`.trim()),
    ...(code !== undefined && code !== status ? [paint(ok ? 'yellow' : 'red', `code ${code}`)] : []),
    `${Math.round(ms)} ms`,
    ...['cache-status', 'location'].flatMap(name => headers[name]?.replaceAll(controls, '�') ?? [])
  ].join('  ')
  const body = value === undefined ? textOf(answer) : JSON.stringify(value, null, 2)
  const shown = body.slice(0, maxShown).replaceAll(controls, '�')
  const lines = [
    head,
    ...(shown === '' ? [] : [value === undefined ? shown : painted(shown, paint)]),
    ...(body.length > maxShown ? [`… and ${body.length - maxShown} characters more`] : [])
  ]
  return { text: lines.join('\n'), ok }
}

/** The value of a body that is JSON. */
export function jsonIn({ headers, body }: ReplAnswer): unknown {
  if (!/^application\/(?:[\w.-]+\+)?json\b/.test(headers['content-type'] ?? '')) return undefined
  try {
    return JSON.parse(body.toString()) as unknown
  } catch {
    return undefined
  }
}

/** Dialects that always answer with status 200 say it in the body: `success` (ws3), `error_code` (flask), `errCode` (openim), `msg` (plain). */
function tellsFailure(value: unknown): boolean {
  const { success, error_code: flask, errCode = 0, msg, code } = Object(value) as Record<string, unknown>
  if (success === false || typeof flask === 'number' || errCode !== 0) return true
  return typeof msg === 'string' && Number(code) >= 400
}

function codeIn(value: unknown): number | undefined {
  const { code } = Object(value) as { code?: unknown }
  return typeof code === 'number' ? code : undefined
}

function painted(json: string, paint: (style: Style, text: string) => string): string {
  return json.replaceAll(jsonParts, (part, quoted: string | undefined, colon: string | undefined) => {
    if (quoted === undefined) return paint('yellow', part)
    return colon === undefined ? paint('green', part) : `${paint('cyan', quoted)}${colon}`
  })
}

function textOf({ headers, body }: ReplAnswer): string {
  const type = headers['content-type'] ?? 'text/plain'
  const isText = /^text\/|\b(?:json|xml|javascript|x-www-form-urlencoded)\b/.test(type)
  return isText ? body.toString() : `${body.length} bytes of ${type}`
}
