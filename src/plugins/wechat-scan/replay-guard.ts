import { randomUUID } from 'node:crypto'
import type { Clock, Timer } from '../../core/index.ts'
import type { State } from '../state/service.ts'
import { pause } from './wechat-call.ts'

/** Begins what stands for an answer while somebody works on it; no answer begins so. */
const pending = 'pending '
/** So long is a push kept for a node that has died while it worked on it. WeChat waits 5 seconds for an answer. */
const claimMs = 2_000
const renewMs = 500
/** How often to look whether another node has an answer. */
const lookMs = 200
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
   * Runs `work` for the first of all pushes with this identity, and gives the others its answer once it is there. After a
   * failure, or the death of the node that worked, the next one is the first: it waits for that if need be, so that no
   * push is lost with a node.
   * @param whilePending the answer where another node has none after a minute
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
    const mine = `${pending}${randomUUID()}`
    const theirs = await this.#claim(key, mine, whilePending)
    if (theirs !== undefined) return theirs
    const claim = this.#keep(key, mine)
    let answer: string
    try {
      answer = await work()
    } catch (error) {
      claim.cancel()
      await this.#state.compareAndSet(key, mine, undefined).catch(() => false)
      throw error
    }
    claim.cancel()
    // Without it another try of this push does the work again.
    await this.#state.set(key, answer, { ttlMs }).catch(() => undefined)
    return answer
  }

  /** Waits until the push is this one's to work on, or somebody has an answer to it. */
  async #claim(key: string, mine: string, whilePending: string): Promise<string | undefined> {
    const until = this.#clock.monotonic() + retriesMs
    while (!(await this.#state.compareAndSet(key, undefined, mine, { ttlMs: claimMs }))) {
      const answer = await this.#state.get(key)
      if (answer !== undefined && !answer.startsWith(pending)) return answer
      if (this.#clock.monotonic() >= until) return whilePending
      await pause(this.#clock, lookMs)
    }
    return undefined
  }

  /** Keeps a claim until it is cancelled. */
  #keep(key: string, mine: string): Timer {
    let timer: Timer
    const again = (): void => {
      timer = this.#clock.after(renewMs, () => {
        void this.#state.compareAndSet(key, mine, mine, { ttlMs: claimMs }).catch(() => false)
        again()
      })
    }
    again()
    return { cancel: () => timer.cancel() }
  }

  #ttlMs({ timestamp }: SignedPush): number {
    if (this.#windowS === 0) return unboundedMs
    const acceptedUntil = (Number(timestamp) + this.#windowS) * 1_000
    return Math.max(0, acceptedUntil - this.#clock.now()) + retriesMs
  }
}
