import type { Clock } from '../../core/index.ts'
import type { State } from '../state/service.ts'

const pending = 'pending'
/** WeChat tries three times within about 15 seconds, each maybe signed anew. */
const retriesMs = 60_000
/** Where any time is accepted. */
const unboundedMs = 600_000

/** Where a push went to, and when it was signed: seconds since the Unix epoch, in digits. */
export interface SignedPush {
  readonly account: string
  readonly timestamp: string
}

/** Keeps each push to one effect, on all nodes, for as long as its signature is accepted. */
export class ReplayGuard {
  readonly #state: State
  readonly #clock: Clock
  readonly #windowS: number
  readonly #running = new Map<string, Promise<string>>()

  /** @param windowS how far a signed time may be off, seconds; 0: any time */
  constructor(state: State, clock: Clock, windowS: number) {
    this.#state = state
    this.#clock = clock
    this.#windowS = windowS
  }

  /** Ties a signature to the first body it comes with. False: it came with another. */
  async claim(push: SignedPush, signature: string, digest: string): Promise<boolean> {
    const key = `wechat-scan:push:${push.account}:${signature}`
    if (await this.#state.compareAndSet(key, undefined, digest, { ttlMs: this.#ttlMs(push) })) return true
    return (await this.#state.get(key)) === digest
  }

  /**
   * Runs `work` for the first of all pushes with this identity, and gives the others its answer: `whilePending` if
   * another node has none yet. After a failure the next one is the first.
   */
  once(
    push: SignedPush,
    identity: string,
    work: () => Promise<string>,
    whilePending: string
  ): Promise<string> {
    const key = `wechat-scan:message:${push.account}:${identity}`
    const running = this.#running.get(key)
    if (running) return running
    const run = this.#once(key, this.#ttlMs(push), work, whilePending).finally(() =>
      this.#running.delete(key)
    )
    this.#running.set(key, run)
    return run
  }

  async #once(
    key: string,
    ttlMs: number,
    work: () => Promise<string>,
    whilePending: string
  ): Promise<string> {
    if (!(await this.#state.compareAndSet(key, undefined, pending, { ttlMs }))) {
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
    await this.#state.set(key, answer, { ttlMs }).catch(() => undefined)
    return answer
  }

  #ttlMs({ timestamp }: SignedPush): number {
    if (this.#windowS === 0) return unboundedMs
    const acceptedUntil = (Number(timestamp) + this.#windowS) * 1_000
    return Math.max(0, acceptedUntil - this.#clock.now()) + retriesMs
  }
}
