import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../../core/index.ts'
import type { Database } from '../../database/service.ts'
import type { State } from '../../state/service.ts'
import type { ImSettings } from '../config.ts'
import type { EmbeddedCores } from '../embedded/embedded-cores.ts'
import type { Terms } from './terms.ts'

/** What the nodes of a chat need. */
export interface ChatNodesParts {
  readonly state: State
  readonly database: Database
  readonly terms: Terms
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>
  readonly settings: ImSettings
  /** Opens the chat, in the database as the host of a term sees it. */
  openChat(database: Database): Promise<EmbeddedCores>
  /** Of the links between nodes. Default: that of this release. */
  readonly version?: number
  /** For names. Default: that of node:crypto. */
  readonly random?: (size: number) => Buffer
}
