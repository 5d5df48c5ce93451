import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../../database/service.ts'
import type { OpenedCores } from '../nodes/open-cores.ts'
import { CurrentOwner, KeptChat, type ChatOwner } from './kept-chat.ts'
import { LateCores } from './late-cores.ts'

/** A gateway that opens a chat. */
export interface Successor extends ChatOwner {
  readonly database: Database
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>
}

/** A chat of the process that has not ended. */
interface Running {
  /** Missing: it is a node of several, which yield to each other by themselves. */
  readonly kept?: KeptChat
  readonly ended: Promise<void>
}

/**
 * The chats of gateways that follow each other in a process. No two of them write to one database: a chat goes on in
 * the next gateway, where that uses the same connections to the database, and otherwise ends before the next one begins.
 */
export class Succession {
  readonly #running = new Set<Running>()

  /**
   * A chat that is this process's alone.
   * @param open opens it. Where others have to end before, it is opened and closed once now, so that a database which
   *   cannot be used is known at once
   * @throws whatever `open` does
   */
  async alone(by: Successor, open: (owner: ChatOwner) => Promise<OpenedCores>): Promise<OpenedCores> {
    const { database } = by
    for (const { kept } of this.#running) if (kept?.isIn(database)) return kept.join(by)
    const owner = new CurrentOwner(by)
    const opened = await open(owner)
    const before = [...this.#running]
    if (before.length > 0) await opened.close()
    const cores = before.length > 0 ? this.#after(before, by, () => open(owner)) : opened
    const { ended, end } = ending()
    const kept = new KeptChat(database, cores, owner, end)
    this.#add({ kept, ended })
    return kept.join(by)
  }

  /** A node of a chat that several processes share. @param start starts it */
  node(by: Successor, start: () => OpenedCores): OpenedCores {
    const before = [...this.#running].filter(({ kept }) => kept)
    const cores = before.length > 0 ? this.#after(before, by, async () => start()) : start()
    const { ended, end } = ending()
    this.#add({ ended })
    return {
      backOffice: cores.backOffice,
      open: (userID, deliver) => cores.open(userID, deliver),
      ping: () => cores.ping(),
      nodes: () => cores.nodes?.(),
      handOver: async () => cores.handOver?.(),
      close: () => cores.close().finally(end)
    }
  }

  #after(before: readonly Running[], { database, log }: Successor, open: () => Promise<OpenedCores>) {
    return new LateCores({ after: Promise.all(before.map(({ ended }) => ended)), database, log, open })
  }

  #add(running: Running): void {
    this.#running.add(running)
    void running.ended.then(() => this.#running.delete(running))
  }
}

function ending(): { readonly ended: Promise<void>; readonly end: () => void } {
  let end = (): void => undefined
  const ended = new Promise<void>(resolve => (end = resolve))
  return { ended, end: () => end() }
}
