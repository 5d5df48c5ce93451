import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Related } from './api-error.ts'
import { causesOf } from './causes.ts'
import type { Dialect } from './dialects/dialect.ts'
import type { Outcome } from './dialects/outcome.ts'
import type { RelatedSource } from './service.ts'

const maxResources = 100

/**
 * What an answer is related to: `own`, which it says itself, then what the sources say; at most 100 resources. A source that
 * throws is logged, and the answer goes without what it would have said.
 */
export function relatedOf(
  request: FastifyRequest,
  sources: readonly RelatedSource[],
  own: readonly Related[] = []
): readonly Related[] {
  const related = sources.length === 0 ? own : [...own, ...sources.flatMap(source => ask(source, request))]
  return related.length > maxResources ? related.slice(0, maxResources) : related
}

/** Adds the headers that an outcome has in a dialect; its links come after those of the handler. */
export function addHeaders(reply: FastifyReply, dialect: Dialect, outcome: Outcome): void {
  const { link, ...headers } = dialect.headers(outcome)
  reply.headers(headers)
  if (link === undefined) return
  const given = [reply.getHeader('link') ?? []].flat().join(', ')
  // A success that could not be written has named the same resources already.
  if (!given.includes(link)) reply.header('link', given === '' ? link : `${given}, ${link}`)
}

function ask(source: RelatedSource, request: FastifyRequest): readonly Related[] {
  try {
    return source(request)
  } catch (error) {
    request.log.error({ causes: causesOf(error) }, 'what an answer is related to could not be told')
    return []
  }
}
