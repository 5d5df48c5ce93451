import type { FastifyBaseLogger } from 'fastify'
import type { State } from '../state/service.ts'
import type { Forgotten, SessionMemory } from './session-memory.ts'

const channel = 'sessions:forgotten'

/**
 * Tells other nodes what this one forgets, and forgets what they do. Without it, or while the state is away, they know
 * it a minute later at the latest.
 * @returns what ends it
 */
export function forgetEverywhere(
  memory: SessionMemory,
  state: Pick<State, 'publish' | 'subscribe'>,
  log: FastifyBaseLogger
): () => Promise<void> {
  const subscription = state
    .subscribe(
      channel,
      message => memory.hear(JSON.parse(message) as Forgotten),
      () => memory.forgetAll()
    )
    .catch((error: unknown) => {
      log.warn({ err: error }, 'what other nodes forget of sessions is not heard')
      return async () => undefined
    })
  memory.tell = forgotten => {
    state.publish(channel, JSON.stringify(forgotten)).catch((error: unknown) => {
      log.warn({ err: error }, 'other nodes could not be told of a session that has ended')
    })
  }
  return async () => {
    await (
      await subscription
    )()
  }
}
