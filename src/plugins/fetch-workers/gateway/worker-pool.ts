import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import type { WebSocket } from 'ws'
import { Wheel, type Clock } from '../../../core/index.ts'
import type { WorkersSettings } from '../config.ts'
import { workerKey } from '../protocol/keys.ts'
import { requestFault } from '../protocol/request-frame.ts'
import {
  WorkerFailure,
  type FetchWorkers,
  type FetchWorkersStatus,
  type WorkerAnswer,
  type WorkerFailureKind,
  type WorkerFetchOptions,
  type WorkerMode,
  type WorkerRequest,
  type WorkerRuleFacts
} from '../service.ts'
import { choose } from './choose.ts'
import { Counters, type Denial } from './counters.ts'
import { CredentialRule } from './credentials.ts'
import { ModeRules } from './mode-rules.ts'
import { WorkerLink, type LinkHost } from './worker-link.ts'

export interface PoolParts {
  readonly settings: WorkersSettings
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** From 0 up to 1. */
  readonly random?: () => number
}

/** Connections that have not logged in: of all, and of one address. */
const maxLogins = 16
const maxLoginsPerNetwork = 4
/** Workers that get a request one after the other, as long as none has taken it. */
const maxAttempts = 2
/** Names that operators have accepted or rejected. */
const maxVerdicts = 1_000

/** All workers, and the requests that they are given. */
export class WorkerPool implements FetchWorkers {
  readonly counters = new Counters()
  readonly #parts: PoolParts
  readonly #wheel: Wheel
  readonly #host: LinkHost
  readonly #rules: ModeRules
  readonly #credentials: CredentialRule
  readonly #links = new Set<WorkerLink>()
  /** What operators have said of names. */
  readonly #verdicts = new Map<string, 'accepted' | 'rejected'>()
  #closing = false
  #idle: (() => void) | undefined

  constructor(parts: PoolParts) {
    const { settings, clock } = parts
    this.#parts = parts
    this.#wheel = new Wheel(clock)
    this.#rules = new ModeRules(settings)
    this.#credentials = new CredentialRule(settings.credentialHosts)
    this.#host = {
      settings,
      wheel: this.#wheel,
      counters: this.counters,
      wallNow: () => clock.now(),
      nonce: () => randomBytes(32).toString('base64url'),
      keyOf: kid => this.keyOf(kid),
      admit: link => this.#admit(link),
      gone: (link, why) => this.#gone(link, why)
    }
  }

  /** The key of a worker; `undefined` for one that is good no more, or when there is no secret. */
  keyOf(kid: string): string | undefined {
    const { secret, revokedKeys } = this.#parts.settings
    return secret === '' || revokedKeys.includes(kid) ? undefined : workerKey(secret, kid)
  }

  /** Whether there is room for another connection that has yet to log in. */
  hasRoom(network: string): boolean {
    const logins = [...this.#links].filter(({ phase }) => phase === 'login')
    const ofNetwork = logins.filter(link => link.network === network)
    return !this.#closing && logins.length < maxLogins && ofNetwork.length < maxLoginsPerNetwork
  }

  /** Takes a connection. */
  connect(socket: WebSocket, tcp: Socket, network: string): void {
    this.counters.connections++
    this.#links.add(new WorkerLink(socket, tcp, network, this.#host))
  }

  async fetch(request: WorkerRequest, options: WorkerFetchOptions): Promise<WorkerAnswer> {
    this.counters.requests++
    try {
      const answer = await this.#fetch(request, options)
      this.counters.answers++
      return answer
    } catch (error) {
      if (error instanceof WorkerFailure) this.counters.failures[error.kind]++
      throw error
    }
  }

  modeFor(facts: WorkerRuleFacts): WorkerMode {
    return this.#rules.modeFor(facts)
  }

  status(): FetchWorkersStatus {
    const workers = [...this.#links].filter(({ phase }) => phase !== 'login').map(link => link.status())
    const { denied, failures } = this.counters
    return { workers, counters: this.counters.snapshot(), denied: { ...denied }, failures: { ...failures } }
  }

  /** Lets a worker in, now and when it comes again. False: nobody of that name is there. */
  accept(name: string): boolean {
    this.#note(name, 'accepted')
    return this.#each(name, link => link.accept())
  }

  /** Ends the connections of a worker, and lets it in no more until it is accepted. False: nobody of that name is there. */
  reject(name: string): boolean {
    this.#note(name, 'rejected')
    return this.#each(name, link => link.deny('rejected'))
  }

  /** Gives a worker no more requests. */
  drainWorker(name: string): boolean {
    return this.#each(name, link => link.drain())
  }

  /** Gives nobody any more requests, and waits for those under way. @param signal aborts when there is no more time */
  async drain(signal?: AbortSignal): Promise<void> {
    this.#closing = true
    for (const link of this.#links) link.drain()
    if (this.#inFlight > 0 && !signal?.aborted)
      await new Promise<void>(resolve => {
        this.#idle = resolve
        signal?.addEventListener('abort', () => resolve(), { once: true })
      })
    for (const link of this.#links) link.close()
  }

  /** Cuts what is left. */
  close(): void {
    this.#closing = true
    for (const link of this.#links) link.cut()
    this.#wheel.stop()
  }

  get #inFlight(): number {
    return [...this.#links].reduce((sum, { inFlight }) => sum + inFlight, 0)
  }

  async #fetch(request: WorkerRequest, options: WorkerFetchOptions): Promise<WorkerAnswer> {
    const { deadlineAt, mode, signal } = options
    const fail = (kind: WorkerFailureKind, detail: string): WorkerFailure =>
      new WorkerFailure(kind, false, detail)
    if (mode === 'never') throw fail('none', 'no worker is wanted')
    if (signal?.aborted) throw fail('aborted', 'the caller gave up')
    const url = new URL(request.url)
    if (!this.#credentials.allows(request, url))
      throw fail('credentials', 'it holds credentials, and its host is not in credentialHosts')
    const fault = requestFault(request)
    if (fault !== undefined) throw fail('refused', `it fits into no frame: ${fault}`)
    const tried = new Set<WorkerLink>()
    let failure = fail('none', 'no worker can take it')
    while (tried.size < maxAttempts && this.#wheel.now() < deadlineAt) {
      const link = this.#choose(url, tried)
      if (!link) break
      if (tried.size > 0) this.counters.secondWorkers++
      tried.add(link)
      try {
        return await link.fetch(request, options)
      } catch (error) {
        if (!(error instanceof WorkerFailure) || !mayGoOn(error)) throw error
        failure = error
      } finally {
        if (this.#inFlight === 0) this.#idle?.()
      }
    }
    if (tried.size === 0 && this.#wheel.now() >= deadlineAt) throw fail('timeout', 'there was no time left')
    throw failure
  }

  #choose(url: URL, tried: ReadonlySet<WorkerLink>): WorkerLink | undefined {
    if (this.#closing) return undefined
    const eligible = [...this.#links].filter(link => !tried.has(link) && link.mayTake(url))
    return choose(eligible, this.#parts.random ?? Math.random)
  }

  #admit(link: WorkerLink): Denial | 'pending' | undefined {
    const { settings, log } = this.#parts
    const verdict = this.#verdicts.get(link.worker)
    if (verdict === 'rejected') return 'rejected'
    const others = [...this.#links].filter(other => other !== link && other.phase !== 'login')
    if (this.#closing || others.length >= settings.maxWorkers) return 'full'
    const isPending = settings.approval && verdict !== 'accepted'
    log.info(
      { worker: link.worker, session: link.session },
      isPending ? 'a worker waits to be accepted' : 'a worker is there'
    )
    return isPending ? 'pending' : undefined
  }

  #gone(link: WorkerLink, why: string): void {
    this.#links.delete(link)
    const { worker, session, network } = link
    if (worker === '') this.#parts.log.info({ network, why }, 'a connection that was no worker has ended')
    else this.#parts.log.info({ worker, session, why }, 'a worker has gone')
  }

  #each(name: string, doing: (link: WorkerLink) => void): boolean {
    const links = [...this.#links].filter(link => link.worker === name)
    for (const link of links) doing(link)
    return links.length > 0
  }

  #note(name: string, verdict: 'accepted' | 'rejected'): void {
    this.#verdicts.delete(name)
    this.#verdicts.set(name, verdict)
    const [oldest] = this.#verdicts.keys()
    if (this.#verdicts.size > maxVerdicts && oldest !== undefined) this.#verdicts.delete(oldest)
  }
}

/** Whether another worker may try: this one did not take it, and the upstream is not to blame. */
function mayGoOn({ kind, acked }: WorkerFailure): boolean {
  return !acked && (kind === 'lost' || kind === 'timeout' || kind === 'refused')
}
