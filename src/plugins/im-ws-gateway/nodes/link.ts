import { ImError } from '../codes.ts'
import type { Asked, FromHost, ToHost } from './items.ts'

/** A request was not answered, and will not be: the link to the host is no more. */
export class LinkBroken extends Error {
  override readonly name = 'LinkBroken'
  /** Whether the host may have got it. */
  readonly wasSent: boolean

  constructor(wasSent: boolean) {
    super('the link to the node that runs the chat is broken')
    this.wasSent = wasSent
  }
}

/** The way from a node to the host. */
export interface ToHostWay {
  send(item: ToHost): void
  /** Sends nothing more. @returns the numbers of the requests that were never sent */
  end(): ReadonlySet<number>
}

/** Who hears what the host says without having been asked. */
export interface LinkListener {
  joined(link: Link): void
  /** The host wants the node to join again. */
  unknown(link: Link): void
  /** The host has gone in good order. @param mark all was told up to there */
  left(link: Link, mark: number): void
  /** From here on events are told to a device of a core. */
  here(core: number, device: number): void
}

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
  readonly dueAt: number
}

type WithoutId<Item> = Item extends { readonly id: number } ? Omit<Item, 'id'> : never
/** What is asked, before it has a number. */
export type Question = WithoutId<Asked>

/** A node's connection with the host, from its joining until one of them or what is between them breaks. */
export class Link {
  readonly term: number
  readonly session: string
  readonly #way: ToHostWay
  readonly #listener: LinkListener
  readonly #mark: () => number
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #isBroken = false
  #isJoined = false
  #isDone = false

  /** @param mark how far the node was told all there is */
  constructor(
    parts: { readonly term: number; readonly session: string; readonly mark: () => number },
    way: ToHostWay,
    listener: LinkListener
  ) {
    this.term = parts.term
    this.session = parts.session
    this.#mark = parts.mark
    this.#way = way
    this.#listener = listener
  }

  get isBroken(): boolean {
    return this.#isBroken
  }

  get isJoined(): boolean {
    return this.#isJoined && !this.#isBroken
  }

  /** True when the host has told all and done nothing that it has not answered. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** Requests that are not answered yet. */
  get waiting(): number {
    return this.#pending.size
  }

  mark(): number {
    return this.#mark()
  }

  send(item: ToHost): void {
    if (!this.#isBroken) this.#way.send(item)
  }

  /**
   * @param dueAt monotonic milliseconds: see {@link sweep}
   * @throws {ImError} what the host answers, or `timeout`
   * @throws {LinkBroken}
   */
  ask(question: Question, dueAt: number): Promise<unknown> {
    if (this.#isBroken) return Promise.reject(new LinkBroken(false))
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, dueAt })
      try {
        this.#way.send({ ...question, id })
      } catch (error) {
        this.#pending.delete(id)
        reject(error)
      }
    })
  }

  receive(item: FromHost): void {
    if (this.#isBroken) return
    switch (item.k) {
      case 'joined':
        this.#isJoined = true
        return this.#listener.joined(this)
      case 'unknown':
        return this.#listener.unknown(this)
      case 'bye':
        this.#isDone = true
        return this.#listener.left(this, item.mark)
      case 'ok':
        return this.#settle(item.id, pending => pending.resolve(item.result ?? undefined))
      case 'no':
        return this.#settle(item.id, pending => pending.reject(new ImError(item.code, item.message)))
      case 'here':
        return this.#listener.here(item.core, item.device)
      case 'event':
      case 'conversations':
      case 'totals':
        // Are told past the link.
        return
    }
  }

  /** Gives up requests whose time is up. */
  sweep(now: number): void {
    for (const [id, { dueAt }] of this.#pending)
      if (dueAt <= now) this.#settle(id, pending => pending.reject(new ImError('timeout')))
  }

  /** Ends it: what was asked is not answered. */
  break(): void {
    if (this.#isBroken) return
    this.#isBroken = true
    const unsent = this.#way.end()
    const pending = [...this.#pending]
    this.#pending.clear()
    for (const [id, { reject }] of pending) reject(new LinkBroken(!this.#isDone && !unsent.has(id)))
  }

  #settle(id: number, settle: (pending: Pending) => void): void {
    const pending = this.#pending.get(id)
    if (!pending) return
    this.#pending.delete(id)
    settle(pending)
  }
}
