import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../../database/service.ts'
import { ImError } from '../codes.ts'
import type { BackOffice } from '../embedded/contracts.ts'
import type { OpenedCores } from '../nodes/open-cores.ts'
import type { ImNodesStatus } from '../service.ts'
import type { Deliver, UserCore } from '../user-core.ts'
import { officeAt } from './office-at.ts'

/** What a chat needs that is opened later. */
export interface LateCoresParts {
  /** When that may be. */
  readonly after: Promise<unknown>
  readonly database: Database
  readonly log: Pick<FastifyBaseLogger, 'error'>
  open(): Promise<OpenedCores>
}

/** A chat that is opened once those before it have ended. Whoever asks it meanwhile waits. */
export class LateCores implements OpenedCores {
  readonly backOffice: BackOffice
  readonly #parts: LateCoresParts
  #opening: Promise<OpenedCores> | undefined
  #opened: OpenedCores | undefined
  #isDue = false
  #isClosed = false

  constructor(parts: LateCoresParts) {
    this.#parts = parts
    this.backOffice = officeAt(async () => (await this.#chat()).backOffice)
    void this.#begin()
  }

  async open(userID: string, deliver: Deliver): Promise<UserCore> {
    return (await this.#chat()).open(userID, deliver)
  }

  async ping(): Promise<void> {
    await (this.#isDue ? (await this.#open()).ping() : this.#parts.database.ping())
  }

  nodes(): ImNodesStatus | undefined {
    return this.#opened?.nodes?.()
  }

  async handOver(): Promise<void> {
    await this.#opened?.handOver?.()
  }

  /** Waits for what it has begun, and not for those before it. */
  async close(): Promise<void> {
    this.#isClosed = true
    const opened = await this.#opening?.catch(() => undefined)
    await opened?.close()
  }

  async #begin(): Promise<void> {
    await this.#parts.after
    this.#isDue = true
    // Why it cannot be opened is logged; whoever asks next tries again.
    if (!this.#isClosed) await this.#open().catch(() => undefined)
  }

  async #chat(): Promise<OpenedCores> {
    await this.#parts.after
    return this.#open()
  }

  #open(): Promise<OpenedCores> {
    if (this.#isClosed) return Promise.reject(new ImError('timeout', 'the gateway closes'))
    this.#opening ??= this.#parts.open().then(
      opened => (this.#opened = opened),
      (error: unknown) => {
        this.#opening = undefined
        this.#parts.log.error({ err: error }, 'the chat could not be opened')
        throw error
      }
    )
    return this.#opening
  }
}
