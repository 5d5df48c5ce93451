import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../../core/index.ts'
import type { Database } from '../../database/service.ts'
import type { Following, LogEntry, State } from '../../state/service.ts'
import type { EmbeddedCores } from '../embedded/embedded-cores.ts'
import { parse, parseIf } from '../node-message.ts'
import type { LinkTraffic } from './batch-writer.ts'
import { Hosting } from './hosting.ts'
import { HeadToHost, linesOf, Numbered, ToHost, Versioned } from './items.ts'
import { inboxes, logNames } from './log-names.ts'
import { RemoteNode, type ToNode } from './to-node.ts'

/** What a chat needs that is run for several nodes. */
export interface HostedChatParts {
  readonly state: State
  readonly clock: Clock
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>
  readonly traffic: LinkTraffic
  /** After how long a node that is not heard of counts as gone. Milliseconds. */
  readonly silentMs: number
  readonly version: number
  readonly term: number
  /** What this node is called. */
  readonly name: string
  /** As the host of the term sees it. */
  readonly database: Database
  openChat(database: Database): Promise<EmbeddedCores>
}

/** The chat, run by this node for all of them during a term. */
export class HostedChat {
  readonly term: number
  readonly hosting: Hosting
  readonly #parts: HostedChatParts
  readonly #chat: EmbeddedCores
  readonly #following: Following

  private constructor(parts: HostedChatParts, chat: EmbeddedCores) {
    const { clock, log, silentMs, state, term } = parts
    this.#parts = parts
    this.#chat = chat
    this.term = term
    this.hosting = new Hosting({ cores: chat, clock, log, silentMs, mark: () => chat.mark() })
    this.#following = state.log(logNames.toHost).follow({
      entry: entry => this.#heard(entry),
      lost: () => this.hosting.forget()
    })
  }

  /** Resolves when other nodes are heard. @throws {Error} why the chat cannot be opened */
  static async open(parts: HostedChatParts): Promise<HostedChat> {
    const opened = new HostedChat(parts, await parts.openChat(parts.database))
    await opened.#following.started
    return opened
  }

  /** Whether what other nodes say arrives. */
  get isCurrent(): boolean {
    return this.#following.isCurrent
  }

  /** How far events have been handed out. */
  mark(): number {
    return this.#chat.mark()
  }

  /** As that of {@link Hosting}. */
  leave(): Promise<void> {
    return this.hosting.leave()
  }

  /** Tells nobody anything any more. Resolves when what is under way has ended. */
  async end(): Promise<void> {
    this.hosting.end()
    await this.#following.end()
    try {
      await this.#chat.close()
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'the chat was not closed in good order')
    }
  }

  #heard({ text }: LogEntry): void {
    const { hosting } = this
    const [first = '', ...lines] = linesOf(text)
    // Whoever is of another version waits: a host of his own may come.
    if (parseIf(Versioned, first)?.version !== this.#parts.version) return
    const head = parse(HeadToHost, first)
    if (head.term !== this.term || head.host !== this.#parts.name) return
    const { session, node, inbox } = head
    for (const line of lines) {
      const item = parseIf(ToHost, line)
      if (item?.k === 'join' && !hosting.has(session))
        hosting.join(node, session, this.#wayTo(inbox, session))
      if (!hosting.has(session)) {
        if (item?.k !== 'leave') this.#wayTo(inbox, session).send({ k: 'unknown' })
        return
      }
      if (item) hosting.receive(session, item)
      else hosting.refuse(session, parseIf(Numbered, line)?.id)
    }
  }

  #wayTo(inbox: number, session: string): ToNode {
    const { state, traffic, log } = this.#parts
    return new RemoteNode({
      log: state.log(logNames.node(inbox % inboxes)),
      term: this.term,
      session,
      mark: () => this.mark(),
      traffic,
      broken: error => {
        log.warn({ err: error }, 'a node of the chat cannot be reached')
        this.hosting.drop(session)
      }
    })
  }
}
