import type { State } from '../state/service.ts'

const pending = 'pending'
/** WeChat tries three times within about 15 seconds. */
const leastMs = 60_000
/** Where any time is accepted. */
const unboundedMs = 600_000

/** Keeps each push to one effect, on all nodes. */
export class ReplayGuard {
  readonly #state: State
  readonly #ttlMs: number
  readonly #running = new Map<string, Promise<string>>()

  /** @param windowS how far a signed time may be off, seconds; what was seen is remembered for all of that */
  constructor(state: State, windowS: number) {
    this.#state = state
    this.#ttlMs = windowS === 0 ? unboundedMs : Math.max(leastMs, windowS * 2_000)
  }

  /** Ties a signature to the first body it comes with. False: it came with another. */
  async claim(account: string, signature: string, digest: string): Promise<boolean> {
    const key = `wechat-scan:push:${account}:${signature}`
    const options = { ttlMs: this.#ttlMs }
    if (await this.#state.compareAndSet(key, undefined, digest, options)) return true
    return (await this.#state.get(key)) === digest
  }

  /**
   * Runs `work` for the first of all pushes with this identity, and gives the others its answer: `whilePending` if
   * another node has none yet. After a failure the next one is the first.
   */
  once(
    account: string,
    identity: string,
    work: () => Promise<string>,
    whilePending: string
  ): Promise<string> {
    const key = `wechat-scan:message:${account}:${identity}`
    const running = this.#running.get(key)
    if (running) return running
    const run = this.#once(key, work, whilePending).finally(() => this.#running.delete(key))
    this.#running.set(key, run)
    return run
  }

  async #once(key: string, work: () => Promise<string>, whilePending: string): Promise<string> {
    const options = { ttlMs: this.#ttlMs }
    if (!(await this.#state.compareAndSet(key, undefined, pending, options))) {
      const answer = await this.#state.get(key)
      return answer === undefined || answer === pending ? whilePending : answer
    }
    let answer: string
    try {
      answer = await work()
    } catch (error) {
      await this.#state.delete(key).catch(() => false)
      throw error
    }
    // Without it other tries of this push get `whilePending`.
    await this.#state.set(key, answer, options).catch(() => undefined)
    return answer
  }
}
