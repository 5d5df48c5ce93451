import type { FastifyRequest } from 'fastify'

/**
 * The id that a reader resumes behind: its header, which an EventSource that reconnects sets by itself, or the query,
 * for a first connect. An empty one counts as none.
 */
export function lastEventIdOf({ headers, query }: FastifyRequest): string | undefined {
  const { lastEventId, last_event_id: snakeCase } = (query ?? {}) as Record<string, unknown>
  const given = headers['last-event-id'] || lastEventId || snakeCase || undefined
  if (given === undefined || typeof given === 'string') return given
  // What comes twice in a query is no id of ours: the reader is told of a gap.
  return '?'
}
