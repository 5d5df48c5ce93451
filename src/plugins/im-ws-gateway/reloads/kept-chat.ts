import type { FastifyBaseLogger } from 'fastify'
import { ImError } from '../codes.ts'
import type { ImSettings } from '../config.ts'
import type { OpenedCores } from '../nodes/open-cores.ts'
import { officeAt } from './office-at.ts'
import { SharedUser } from './shared-user.ts'

/** What a chat has of the gateway that was the last to begin to use it. */
export interface ChatOwner {
  readonly settings: ImSettings
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>
}

/** Settings and a log that are those of the gateway that has the chat by now. */
export class CurrentOwner implements ChatOwner {
  readonly settings: ImSettings
  readonly log: ChatOwner['log']
  #log: ChatOwner['log']

  constructor({ settings, log }: ChatOwner) {
    this.settings = { ...settings }
    this.#log = log
    const current = (): ChatOwner['log'] => this.#log
    this.log = {
      get warn() {
        return current().warn.bind(current())
      },
      get error() {
        return current().error.bind(current())
      }
    }
  }

  become({ settings, log }: ChatOwner): void {
    Object.assign(this.settings, settings)
    this.#log = log
  }
}

/**
 * A chat in a database, used by gateways that follow each other in a process: during a reload by several. So there is
 * one of it, whoever has the connections: it is not interrupted, and its users hear each other. It ends with the last.
 */
export class KeptChat {
  /** Resolves when nobody uses it any more, and it is closed. */
  readonly ended: Promise<void>
  readonly #cores: OpenedCores
  readonly #owner: CurrentOwner
  readonly #users = new Map<string, SharedUser>()
  #uses = 0
  #isOver = false
  #end = (): void => undefined
  #lastNumber = 0
  /** Of the gateway whose settings count. */
  #ownedBy = 0

  /** @param owner whose settings the cores were opened with */
  constructor(cores: OpenedCores, owner: CurrentOwner) {
    this.#cores = cores
    this.#owner = owner
    this.ended = new Promise(resolve => (this.#end = resolve))
  }

  /** The last who used it has left: it cannot be joined any more. */
  get isOver(): boolean {
    return this.#isOver
  }

  /**
   * Lets a gateway use the chat. Its settings count from its first use on: one that never takes over changes nothing.
   * Close all of its cores before closing what it is given.
   */
  join(owner: ChatOwner): OpenedCores {
    const number = ++this.#lastNumber
    this.#uses++
    let isOpen = true
    const begin = (): void => {
      if (!isOpen) throw new ImError('timeout', 'the gateway closes')
      if (number <= this.#ownedBy) return
      this.#ownedBy = number
      this.#owner.become(owner)
    }
    return {
      backOffice: officeAt(async () => {
        begin()
        return this.#cores.backOffice
      }),
      open: async (userID, deliver) => {
        begin()
        return this.#userOf(userID).hold(deliver)
      },
      ping: () => this.#cores.ping(),
      close: async () => {
        if (!isOpen) return
        isOpen = false
        if (--this.#uses > 0) return
        this.#isOver = true
        await this.#cores.close().finally(() => this.#end())
      }
    }
  }

  #userOf(userID: string): SharedUser {
    const known = this.#users.get(userID)
    if (known) return known
    const made = new SharedUser(
      deliver => this.#cores.open(userID, deliver),
      () => {
        if (this.#users.get(userID) === made) this.#users.delete(userID)
      }
    )
    this.#users.set(userID, made)
    return made
  }
}
