import type { Clock } from '../../core/index.ts'
import type { SimulatedAccount } from './account.ts'
import type { FaultSource, PushFault, Resend } from './faults.ts'
import type { PushMessage } from './message.ts'
import { readAnswer } from './passive-reply.ts'
import { pushRequest, type PushFormat, type PushRequest } from './push-request.ts'

/** How pushes are made. It may change while the simulator runs. */
export interface PushBehaviour {
  /** Where pushes go; `undefined`: nowhere. */
  callbackUrl: string | undefined
  format: PushFormat
  /** Default `same`. */
  resend: Resend
}

/** What became of a push. */
export interface PushOutcome {
  /**
   * `answered`: WeChat is content. `fault`: three tries failed, and the user was told so. `stopped`: pushes are
   * suspended. `lost`: by a fault, or the simulator has ended. `nowhere`: there is no callback.
   */
  readonly result: 'answered' | 'fault' | 'stopped' | 'lost' | 'nowhere'
  /** The text of the passive reply. */
  readonly reply?: string
  /** What was wrong with each try that failed. */
  readonly problems: readonly string[]
}

export interface PushesOptions {
  readonly account: SimulatedAccount
  readonly clock: Clock
  readonly behaviour: PushBehaviour
  readonly faults: () => FaultSource
  readonly fetch: typeof fetch
}

/** WeChat waits this long for an answer, and sends again when it is over. */
const answerMs = 5_000
const maxTries = 3
/** MarkFail: after so many pushes in a row that failed (the simulator's own figure), none leaves for a minute. */
const failuresToStop = 3
const stopMs = 60_000

/** Sends pushes to the account's server, and bears with it as WeChat does. */
export class Pushes {
  readonly #options: PushesOptions
  readonly #closed = new AbortController()
  readonly #sleepers = new Set<() => void>()
  #failures = 0
  #stoppedUntil = Number.NEGATIVE_INFINITY

  constructor(options: PushesOptions) {
    this.#options = options
  }

  /** MarkFail: the server has failed too often, and hears nothing for now. */
  get stopped(): boolean {
    return this.#options.clock.monotonic() < this.#stoppedUntil
  }

  /** Sends a push, with up to three tries of five seconds. Never rejects. */
  async push(message: PushMessage): Promise<PushOutcome> {
    const { behaviour, faults } = this.#options
    const url = behaviour.callbackUrl
    if (url === undefined) return { result: 'nowhere', problems: [] }
    if (this.#closed.signal.aborted) return { result: 'lost', problems: [] }
    if (this.stopped) return { result: 'stopped', problems: [] }
    const struck = faults().push?.() ?? []
    if (struck.some(fault => fault.do === 'lose')) return { result: 'lost', problems: [] }
    for (const fault of struck) if (fault.do === 'late') await this.#sleep(fault.ms)

    const seal = this.#sealer(message, struck)
    const first = seal()
    const duplicate = struck.find(fault => fault.do === 'duplicate')
    const copies = duplicate ? (duplicate.copies ?? 2) - 1 : 0
    const again = (as: Resend = behaviour.resend): PushRequest => (as === 'same' ? first : seal())
    const [outcome] = await Promise.all([
      this.#deliver(url, message.openid, first, again, struck),
      ...Array.from({ length: copies }, () => this.#try(url, message.openid, again(duplicate?.as)))
    ])
    return outcome
  }

  /** Ends what is under way. */
  close(): void {
    this.#closed.abort()
    for (const wake of this.#sleepers) wake()
  }

  #sealer({ openid, fields }: PushMessage, faults: readonly PushFault[]): () => PushRequest {
    const { account, clock, behaviour } = this.#options
    const skewMs = faults.reduce((sum, fault) => (fault.do === 'skew' ? sum + fault.ms : sum), 0)
    const CreateTime = Math.floor((clock.now() + skewMs) / 1000)
    const all = { ToUserName: account.originalId, FromUserName: openid, CreateTime, ...fields }
    return () => pushRequest(all, account, behaviour.format, clock.now() + skewMs)
  }

  async #deliver(
    url: string,
    openid: string,
    first: PushRequest,
    again: (as?: Resend) => PushRequest,
    faults: readonly PushFault[]
  ): Promise<PushOutcome> {
    const { clock } = this.#options
    const deaf = faults.find(fault => fault.do === 'deaf')
    const problems: string[] = []
    for (let count = 1; count <= maxTries; count++) {
      const began = clock.monotonic()
      const answer = await this.#try(url, openid, count === 1 ? first : again(deaf?.as))
      if (deaf && count <= (deaf.tries ?? 1)) problems.push('the answer was not heard')
      else if (answer.problem === undefined) {
        this.#failures = 0
        return { result: 'answered', problems, ...(answer.reply !== undefined && { reply: answer.reply }) }
      } else problems.push(answer.problem)
      await this.#sleep(began + answerMs - clock.monotonic())
      if (this.#closed.signal.aborted) return { result: 'lost', problems }
    }
    if (++this.#failures >= failuresToStop) {
      this.#failures = 0
      this.#stoppedUntil = clock.monotonic() + stopMs
    }
    return { result: 'fault', problems }
  }

  async #try(
    url: string,
    openid: string,
    { query, contentType, body }: PushRequest
  ): Promise<{ problem?: string; reply?: string | undefined }> {
    const { account, clock, behaviour, fetch } = this.#options
    const late = new AbortController()
    const timer = clock.after(answerMs, () => late.abort())
    try {
      const response = await fetch(withQuery(url, query), {
        method: 'POST',
        headers: { 'content-type': contentType, 'user-agent': 'Mozilla/4.0', pragma: 'no-cache' },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([late.signal, this.#closed.signal])
      })
      const text = await response.text()
      if (response.status !== 200) return { problem: `it answered ${response.status}` }
      return { reply: readAnswer(text, openid, account, behaviour.format) }
    } catch (error) {
      if (late.signal.aborted) return { problem: `it did not answer within ${answerMs} ms` }
      const { message, cause } = error as Error
      return { problem: cause instanceof Error ? cause.message : message }
    } finally {
      timer.cancel()
    }
  }

  /** Waits, but no longer than the simulator runs. */
  #sleep(ms: number): Promise<void> {
    if (this.#closed.signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const wake = (): void => {
        timer.cancel()
        this.#sleepers.delete(wake)
        resolve()
      }
      const timer = this.#options.clock.after(Math.max(0, ms), wake)
      this.#sleepers.add(wake)
    })
  }
}

/** A callback may have a query of its own. */
export function withQuery(url: string, query: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}
