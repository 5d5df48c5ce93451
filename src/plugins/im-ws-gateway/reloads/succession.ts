import type { Database } from '../../database/service.ts'
import type { OpenedCores } from '../nodes/open-cores.ts'
import { CurrentOwner, KeptChat, type ChatOwner } from './kept-chat.ts'
import { LateCores } from './late-cores.ts'

/** A gateway that opens a chat. */
export interface Successor extends ChatOwner {
  readonly database: Database
}

/** By the connections that they use. A gateway without a chat may have come in between, and forgotten the others. */
const chats = new WeakMap<Database, KeptChat>()

/**
 * The chats of gateways that follow each other in a process. No two of them write to one database: a chat goes on in
 * the next gateway, where that uses the same connections to the database, and otherwise ends before the next one begins.
 */
export class Succession {
  /** Ends of the chats that run, and whether each is a node of several: those yield to each other by themselves. */
  readonly #running = new Map<Promise<void>, boolean>()

  /**
   * A chat that is this process's alone.
   * @param open opens it. Where others have to end before, it is opened and closed once now, so that a database which
   *   cannot be used is known at once
   * @throws whatever `open` does
   */
  async alone(by: Successor, open: (owner: ChatOwner) => Promise<OpenedCores>): Promise<OpenedCores> {
    const { database } = by
    const known = chats.get(database)
    if (known) this.#add(known.ended, false)
    if (known && !known.isOver) return known.join(by)
    const owner = new CurrentOwner(by)
    const opened = await open(owner)
    const before = [...this.#running.keys()]
    if (before.length > 0) await opened.close()
    const chat = new KeptChat(before.length > 0 ? this.#after(before, by, () => open(owner)) : opened, owner)
    chats.set(database, chat)
    void chat.ended.then(() => chats.get(database) === chat && chats.delete(database))
    this.#add(chat.ended, false)
    return chat.join(by)
  }

  /** A node of a chat that several processes share. @param start starts it */
  node(by: Successor, start: () => OpenedCores): OpenedCores {
    const before = [...this.#running].flatMap(([ended, isNode]) => (isNode ? [] : [ended]))
    const cores = before.length > 0 ? this.#after(before, by, async () => start()) : start()
    let end = (): void => undefined
    this.#add(new Promise<void>(resolve => (end = resolve)), true)
    return {
      backOffice: cores.backOffice,
      open: (userID, deliver) => cores.open(userID, deliver),
      ping: () => cores.ping(),
      nodes: () => cores.nodes?.(),
      handOver: async () => cores.handOver?.(),
      close: () => cores.close().finally(() => end())
    }
  }

  #after(before: readonly Promise<void>[], by: Successor, open: () => Promise<OpenedCores>): LateCores {
    const { database, log } = by
    return new LateCores({ after: Promise.all(before), database, log, open })
  }

  #add(ended: Promise<void>, isNode: boolean): void {
    if (this.#running.has(ended)) return
    this.#running.set(ended, isNode)
    void ended.then(() => this.#running.delete(ended))
  }
}
