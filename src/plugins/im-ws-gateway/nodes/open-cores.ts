import type { FastifyBaseLogger } from 'fastify'
import { keepOverReloads, type App, type Clock } from '../../../core/index.ts'
import type { Database } from '../../database/service.ts'
import type { State } from '../../state/service.ts'
import type { ImSettings } from '../config.ts'
import type { BackOffice } from '../embedded/contracts.ts'
import { createEmbeddedCores } from '../embedded/embedded-cores.ts'
import type { ChatOwner } from '../reloads/kept-chat.ts'
import { Succession } from '../reloads/succession.ts'
import type { UserCores } from '../user-core.ts'

/** What cores are opened with. */
export interface OpenCoresOptions {
  /** Missing: no other gateway of the process uses the database. */
  readonly app?: App
  readonly settings: ImSettings
  readonly database: Database
  readonly state: State | undefined
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>
}

/** The users of the chat, and what back ends may do. */
export type OpenedCores = UserCores & { readonly backOffice: BackOffice }

/**
 * Opens the chat: for this process alone, or, where state and database are shared with others, as one of its nodes.
 * After a reload it is the one that runs already, where that is possible. Close it, whatever happens.
 * @throws {Error} when the database cannot be brought up to date
 */
export async function openCores(options: OpenCoresOptions): Promise<OpenedCores> {
  const { app, settings, database, state, clock, log } = options
  const isShared = settings.nodes === 'auto' && state?.isShared === true
  if (isShared && database.driver !== 'postgres')
    log.warn('state is shared and the database is not: each node has a chat of its own')
  const succession = app && keepOverReloads(app, 'chats of im-ws-gateway', () => new Succession())
  if (!isShared || !state || database.driver !== 'postgres') {
    const open = (owner: ChatOwner): Promise<OpenedCores> =>
      createEmbeddedCores({ database, clock, ...owner })
    return succession ? succession.alone({ settings, database, log }, open) : open({ settings, log })
  }
  const [{ ChatNodes }, { openTerms }] = await Promise.all([import('./chat-nodes.ts'), import('./terms.ts')])
  const terms = await openTerms(database)
  const start = (): OpenedCores => {
    const nodes = new ChatNodes({
      state,
      database,
      clock,
      log,
      settings,
      terms,
      openChat: seen => createEmbeddedCores({ settings, database: seen, clock, log })
    })
    nodes.start()
    return nodes
  }
  return succession ? succession.node({ settings, database, log }, start) : start()
}
