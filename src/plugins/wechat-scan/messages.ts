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

  /**
   * Tells all listeners at once. Resolves to the first text that one of them answers, or, when all are done, to
   * nothing. Never rejects.
   */
  async tell(message: AccountMessage): Promise<string | undefined> {
    const asked = this.#listeners.map(listener => this.#ask(listener, message))
    const texts = asked.map(async text => (await text) ?? Promise.reject(new Error('no text')))
    return Promise.any(texts).catch(() => undefined)
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
