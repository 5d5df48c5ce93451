import { hash } from 'node:crypto'
import { ApiError, Errors as CommonErrors } from '../api-error/service.ts'
import { isPlainObject } from './snapshot.ts'

const maxDepth = 32

/**
 * One text for a list of parts (or the first `count` of them), the same only for equal ones: every part says what it is and how long it is, objects are
 * sorted by name, and members that are `undefined` do not count.
 * @throws {TypeError} for what JSON cannot hold
 * @throws {ApiError} `param.invalid` for what is nested more than 32 deep
 */
export function keyText(parts: readonly unknown[], count = parts.length): string {
  let text = ''
  for (let at = 0; at < count; at++) text += partText(parts[at], 0)
  return text
}

/** SHA-256 of a text, 43 characters of base64url. Texts that UTF-8 cannot tell apart have different ones. */
export function digestOf(text: string): string {
  return hash('sha256', Buffer.from(text, 'utf16le'), 'base64url')
}

function partText(part: unknown, depth: number): string {
  switch (typeof part) {
    case 'string':
      return `s${part.length}:${part}`
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
    let text = `a${part.length}:`
    for (const item of part) text += partText(item, depth)
    return text
  }
  if (!isPlainObject(part)) throw new TypeError('A cache key cannot hold an instance of a class')
  const names = inOrder(Object.keys(part))
  let count = 0
  let text = ''
  for (const name of names) {
    const value = part[name]
    if (value === undefined) continue
    count++
    text += `${name.length}:${name}${partText(value, depth)}`
  }
  return `o${count}:${text}`
}

/** Sorts names in place. Few of them, as there are most often, are sorted faster like this. */
function inOrder(names: string[]): string[] {
  if (names.length > 8) return names.sort()
  for (let at = 1; at < names.length; at++) {
    const name = names[at] as string
    let to = at
    for (; to > 0 && (names[to - 1] as string) > name; to--) names[to] = names[to - 1] as string
    names[to] = name
  }
  return names
}
