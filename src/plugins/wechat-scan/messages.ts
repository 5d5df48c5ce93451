import type { FastifyBaseLogger } from 'fastify'
import type { AccountMessage, MessageListener } from './service.ts'

/** Those who hear what is pushed and is no scan of ours. */
export class MessageListeners {
  readonly #listeners: MessageListener[] = []
  readonly #log: FastifyBaseLogger

  constructor(log: FastifyBaseLogger) {
    this.#log = log
  }

  add(listener: MessageListener): void {
    this.#listeners.push(listener)
  }

  /** Tells all listeners, in order of addition, and returns the first text that one of them answers. Never rejects. */
  async tell(message: AccountMessage): Promise<string | undefined> {
    let answer: string | undefined
    for (const listener of this.#listeners) {
      // eslint-disable-next-line no-await-in-loop
      const text = await this.#ask(listener, message)
      answer ??= text
    }
    return answer
  }

  async #ask(listener: MessageListener, message: AccountMessage): Promise<string | undefined> {
    try {
      return (await listener(message)) || undefined
    } catch (error) {
      this.#log.error({ account: message.account, err: error }, 'a listener failed on a message')
      return undefined
    }
  }
}
