import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'

/** Characters (UTF-16 units) in a topic's name. */
export const maxTopicLength = 255

/** The comma separates topics in a query, the asterisk ends a pattern; control characters belong nowhere. */
// oxlint-disable-next-line no-control-regex
const impossible = /[\u0000-\u0020\u007f,*]/

/** Why a text is no topic, or `undefined` for one that is. */
export function topicFault(name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '') return 'a topic is a text that is not empty'
  if (name.length > maxTopicLength) return `a topic has at most ${maxTopicLength} characters`
  if (impossible.test(name)) return 'a topic has no space, control character, comma and asterisk'
  return undefined
}

/**
 * The topics that somebody asks for, each once.
 * @throws {ApiError} `sse.bad_topic`
 */
export function topicNames(given: readonly string[], most: number): string[] {
  const names = [...new Set(given)]
  const fault = names.map(topicFault).find(text => text !== undefined)
  if (fault) throw new ApiError(Errors['sse.bad_topic'], { detail: fault })
  if (names.length > most)
    throw new ApiError(Errors['sse.bad_topic'], { detail: `a stream has at most ${most} topics` })
  return names
}
