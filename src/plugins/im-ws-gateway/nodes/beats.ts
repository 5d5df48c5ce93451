import type { FastifyBaseLogger } from 'fastify'
import type { State } from '../../state/service.ts'
import { linkBounds } from './batch-writer.ts'
import type { Beat } from './items.ts'
import { logNames } from './log-names.ts'

/** What saying it takes. */
export interface BeatParts {
  readonly state: State
  readonly log: Pick<FastifyBaseLogger, 'warn'>
}

/** Tells all nodes who runs the chat. Where that does not reach them, the next one does. */
export async function sayBeat({ state, log }: BeatParts, beat: Beat): Promise<void> {
  try {
    await state.log(logNames.hosts).append(JSON.stringify(beat), { ...linkBounds, maxEntries: 16 })
  } catch (error) {
    log.warn({ err: error }, 'other nodes could not be told who runs the chat')
  }
}
