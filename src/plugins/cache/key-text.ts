import { hash } from 'node:crypto'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import { isPlainObject } from './snapshot.ts'

const maxDepth = 32
const lengths: readonly string[] = Array.from({ length: 256 }, (_, length) => `${length}:`)

/**
 * One text for a list of parts, or the first `count` of them, the same only for equal ones: texts stand behind their
 * lengths, members of objects are sorted by name, and those that are `undefined` do not count.
 * @throws {TypeError} for what JSON cannot hold
 * @throws {ApiError} `param.invalid` for what is nested more than 32 deep
 */
export function keyText(parts: readonly unknown[], count = parts.length): string {
  let text = ''
  for (let at = 0; at < count; at++) text += partText(parts[at], 0)
  return text
}

/**
 * The text of one part.
 * @throws as {@link keyText}
 */
export function keyPart(part: unknown): string {
  return partText(part, 0)
}

/** SHA-256 of a text, 43 characters of base64url. Texts that UTF-8 cannot tell apart have different ones. */
export function digestOf(text: string): string {
  return hash('sha256', Buffer.from(text, 'utf16le'), 'base64url')
}

function partText(part: unknown, depth: number): string {
  switch (typeof part) {
    case 'string':
      return sized(part)
    case 'boolean':
      return part ? 't' : 'f'
    case 'undefined':
      return 'u'
    case 'bigint':
      return `i${part};`
    case 'number':
      if (Number.isFinite(part)) return `n${part};`
      break
    case 'object':
      return part === null ? 'z' : objectText(part, depth + 1)
    default:
  }
  throw new TypeError(
    `A cache key cannot hold ${typeof part === 'number' ? String(part) : `a ${typeof part}`}`
  )
}

function objectText(part: object, depth: number): string {
  if (depth > maxDepth) {
    const detail = `nested more than ${maxDepth} deep`
    throw new ApiError(CommonErrors['param.invalid'], { detail })
  }
  if (Array.isArray(part)) {
    let text = '['
    for (const item of part) text += partText(item, depth)
    return `${text}]`
  }
  if (!isPlainObject(part)) throw new TypeError('A cache key cannot hold an instance of a class')
  let text = '{'
  for (const name of inOrder(Object.keys(part))) {
    const value = part[name]
    if (value !== undefined) text += sized(name) + partText(value, depth)
  }
  return `${text}}`
}

/** A text behind its length: the few concatenations are most of what a key costs. */
function sized(text: string): string {
  return (lengths[text.length] ?? `${text.length}:`) + text
}

/** Sorts names, possibly in place. Few of them, as there are most often, are sorted faster like this. */
function inOrder(names: string[]): string[] {
  if (names.length > 8) return names.toSorted()
  for (let at = 1; at < names.length; at++) {
    const name = names[at] as string
    let to = at
    for (; to > 0 && (names[to - 1] as string) > name; to--) names[to] = names[to - 1] as string
    names[to] = name
  }
  return names
}
