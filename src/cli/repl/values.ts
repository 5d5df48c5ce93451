import { LineError } from './line-error.ts'
import { looseJson } from './loose-json.ts'

/** What is sent along with a request: for the query of GET and DELETE, for the body of the others. */
export type Values = Readonly<Record<string, unknown>>

const help = 'values are written name=text, name:=JSON, or all of them as one object: { name: "text" }'
const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')(?=\s|$)/s

/**
 * Reads `name=text other="two words" count:=3`, or one object. A name that comes twice is a list.
 * @throws {LineError} for anything else
 */
export function readValues(text: string): Values | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  if (trimmed.startsWith('{')) return objectIn(trimmed)
  const values = new Map<string, unknown[]>()
  for (let rest = trimmed; rest !== '';) {
    const [whole = '', name = '', sign] = /^([^\s=]+?)(:?=)/.exec(rest) ?? []
    if (whole === '') throw new LineError(`'${firstWord(rest)}' is no value: ${help}`)
    const read = sign === '=' ? textIn : jsonIn
    const { value, length } = read(rest.slice(whole.length))
    values.set(name, [...(values.get(name) ?? []), value])
    rest = rest.slice(whole.length + length).trimStart()
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all]))
}

/** Splits a text at its spaces; what is in quotes stays together. */
export function wordsIn(text: string): string[] {
  const words: string[] = []
  for (let rest = text.trim(); rest !== '';) {
    const { value, length } = textIn(rest)
    words.push(value)
    rest = rest.slice(length).trimStart()
  }
  return words
}

interface Read<T> {
  readonly value: T
  /** Characters that it took. */
  readonly length: number
}

function textIn(text: string): Read<string> {
  const found = quoted.exec(text)
  if (!found) return { value: firstWord(text), length: firstWord(text).length }
  const inside = found[1] ?? found[2] ?? ''
  return { value: inside.replaceAll(/\\(.)/gs, '$1'), length: found[0].length }
}

function jsonIn(text: string): Read<unknown> {
  const length = jsonLength(text)
  return { value: looseJson(text.slice(0, length)), length }
}

/** Up to the space that is in no brackets and no text. */
function jsonLength(text: string): number {
  let depth = 0
  for (const { 0: part, index } of text.matchAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[[{]|[\]}]|\s/gs)) {
    if (/^[[{]$/.test(part)) depth++
    else if (/^[\]}]$/.test(part)) depth--
    else if (depth === 0 && /^\s$/.test(part)) return index
  }
  return text.length
}

function objectIn(text: string): Values {
  const value = looseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LineError(help)
  return value as Values
}

function firstWord(text: string): string {
  return /^\S*/.exec(text)?.[0] ?? ''
}
