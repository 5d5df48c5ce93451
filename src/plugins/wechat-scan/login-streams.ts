import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock, Timer } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { EventStream, HubEvent, SseHub } from '../sse-hub/service.ts'
import type { State } from '../state/service.ts'
import { channel, type Login, type Logins } from './login.ts'

/** What a stream says about a login. */
export interface Saying {
  readonly event?: HubEvent
  /** Nothing comes after it. */
  readonly end: boolean
  /** Called when it was said. */
  readonly said?: () => Promise<unknown>
}

/** The words of one kind of stream. */
export interface Contract {
  /** Whether streams begin with the hub's own event. */
  readonly announce: boolean
  /** Said when a stream has lasted long enough. */
  readonly timeout?: HubEvent
  say(login: Login, byTicket: boolean): Promise<Saying>
  /** Said first, wherever the login stands. */
  greet?(login: Login): HubEvent
  /** Said while no QR code can be made. */
  busy?(retryMs: number): HubEvent
}

/** Whose stream it is. */
export interface Waiting {
  /** Hash of the handle. */
  readonly hash: string
  readonly contract: Contract
  /** The page has no cookie, and needs a ticket to come back. */
  readonly byTicket?: boolean
}

export interface StreamsParts {
  readonly hub: SseHub
  readonly logins: Logins
  readonly state: Pick<State, 'subscribe'>
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** How long a stream lasts. */
  readonly streamMs: number
  /** Default: Math.random. */
  readonly random?: () => number
}

interface Entry extends Waiting {
  stream?: EventStream
  /** The scene and the state that were said last. */
  said: string
  /** Wall clock: when the login is looked at again. */
  dueAt: number
  /** Monotonic. */
  readonly endsAt: number
  isLooking: boolean
  lookAgain: boolean
  ended: boolean
}

const tickMs = 500
/** When nothing is heard, a stream looks for itself after this time, and up to half of it more. */
const rereadMs = 10_000
const busyMs = 5_000
/** Pages of one browser that wait at the same time. */
const maxStreams = 3

/** The pages that wait on this node. What they are told is always read from `State`; a message only says when. */
export class Streams {
  readonly #parts: StreamsParts
  readonly #waiting = new Map<string, Set<Entry>>()
  #timer: Timer | undefined
  #listening: 'no' | 'soon' | 'yes' = 'no'
  #unsubscribe: (() => Promise<void>) | undefined
  #closed = false

  constructor(parts: StreamsParts) {
    this.#parts = parts
    parts.hub.define('wechat-scan:*', { historyEvents: 0, maxStreams })
    void this.#listen()
    this.#tick()
  }

  /** Answers a request with the stream of a login. */
  async open(request: FastifyRequest, reply: FastifyReply, waiting: Waiting): Promise<void> {
    const { hub, clock, streamMs } = this.#parts
    const entry: Entry = {
      ...waiting,
      said: '',
      dueAt: Infinity,
      endsAt: clock.monotonic() + streamMs,
      isLooking: true,
      lookAgain: false,
      ended: false
    }
    const { hash, contract } = waiting
    this.#add(entry)
    let first: Saying | undefined
    try {
      entry.stream = await hub.subscribe(request, reply, {
        topics: [`wechat-scan:${hash}`],
        announce: contract.announce,
        maxLifeMs: 2 * streamMs,
        greeting: async () => {
          first = contract.greet ? await this.#greet(entry) : await this.#look(entry)
          return first?.event
        }
      })
    } catch (error) {
      this.#remove(entry)
      throw error
    }
    void entry.stream.closed.then(() => this.#remove(entry))
    await this.#wasSaid(first)
    entry.isLooking = false
    if (first?.end) this.#end(entry)
    else if (entry.lookAgain) this.#start(entry)
  }

  /** Stops listening; open streams are the hub's to end. */
  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    await this.#unsubscribe?.()
  }

  /** What is new for a stream; `undefined`: nothing. */
  async #look(entry: Entry): Promise<Saying | undefined> {
    const { logins, clock, random = Math.random } = this.#parts
    entry.dueAt = clock.now() + rereadMs * (1 + random() / 2)
    try {
      const login = await logins.look(entry.hash)
      if (!login) return { end: true }
      const { state, expiresAt } = login.scene
      if (state === 'shown' || state === 'scanned') entry.dueAt = Math.min(entry.dueAt, expiresAt)
      const now = `${login.handle.scene} ${state}`
      if (now === entry.said) return undefined
      entry.said = now
      return await entry.contract.say(login, entry.byTicket ?? false)
    } catch (error) {
      if (!(error instanceof ApiError))
        this.#parts.log.error({ err: error }, 'a login could not be looked at')
      const retryMs = Math.max(
        busyMs,
        (error instanceof ApiError ? (error.context.retryAfter ?? 0) : 0) * 1_000
      )
      entry.dueAt = clock.now() + retryMs
      if (entry.said === 'busy') return undefined
      entry.said = 'busy'
      const event = entry.contract.busy?.(retryMs)
      return event && { event, end: false }
    }
  }

  async #greet(entry: Entry): Promise<Saying | undefined> {
    const login = await this.#parts.logins.look(entry.hash)
    if (!login || !entry.contract.greet) return { end: true }
    entry.said = `${login.handle.scene} shown`
    entry.lookAgain = true
    return { event: entry.contract.greet(login), end: false }
  }

  async #wasSaid(saying: Saying | undefined): Promise<void> {
    const fail = (err: unknown) => this.#parts.log.error({ err }, 'what a page was told could not be noted')
    await saying?.said?.().catch(fail)
  }

  async #update(entry: Entry): Promise<void> {
    entry.lookAgain = true
    if (entry.isLooking) return
    entry.isLooking = true
    while (entry.lookAgain && !entry.ended) {
      entry.lookAgain = false
      // eslint-disable-next-line no-await-in-loop
      const saying = await this.#look(entry)
      const sent = saying?.event === undefined || (entry.stream?.send(saying.event) ?? false)
      // eslint-disable-next-line no-await-in-loop
      if (sent) await this.#wasSaid(saying)
      if (saying?.end) this.#end(entry)
    }
    entry.isLooking = false
  }

  #end(entry: Entry, last?: HubEvent): void {
    entry.ended = true
    entry.stream?.end({ retryMs: 1_000, ...(last && { last }) })
  }

  #tick(): void {
    if (this.#closed) return
    const { clock } = this.#parts
    const now = clock.now()
    const elapsed = clock.monotonic()
    for (const entries of this.#waiting.values())
      for (const entry of entries) {
        if (!entry.stream || entry.ended) continue
        if (elapsed >= entry.endsAt) this.#end(entry, entry.contract.timeout)
        else if (now >= entry.dueAt) this.#start(entry)
      }
    if (this.#listening === 'no') void this.#listen()
    this.#timer = clock.after(tickMs, () => this.#tick())
  }

  #notify(hash: string): void {
    for (const entry of this.#waiting.get(hash) ?? []) this.#start(entry)
  }

  #start(entry: Entry): void {
    this.#update(entry).catch((err: unknown) => {
      entry.isLooking = false
      this.#parts.log.error({ err }, 'a stream could not be told')
    })
  }

  async #listen(): Promise<void> {
    this.#listening = 'soon'
    try {
      this.#unsubscribe = await this.#parts.state.subscribe(
        channel,
        hash => this.#notify(hash),
        () => [...this.#waiting.keys()].forEach(hash => this.#notify(hash))
      )
      this.#listening = 'yes'
      if (this.#closed) await this.#unsubscribe()
    } catch {
      // Tried again with the next tick; meanwhile streams look for themselves.
      this.#listening = 'no'
    }
  }

  #add(entry: Entry): void {
    const entries = this.#waiting.get(entry.hash) ?? new Set()
    this.#waiting.set(entry.hash, entries.add(entry))
  }

  #remove(entry: Entry): void {
    const entries = this.#waiting.get(entry.hash)
    entry.ended = true
    entries?.delete(entry)
    if (entries?.size === 0) this.#waiting.delete(entry.hash)
  }
}
