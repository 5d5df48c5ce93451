import { createHmac } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { addDays, networkOf, type Calendar, type Clock } from '../../core/index.ts'
import { ApiError, Errors as CommonErrors, Outcomes } from '../api-error/service.ts'
import type { Sessions } from '../sessions/service.ts'
import type { MinuteLimits } from '../state/service.ts'
import type { ClickQueue } from './click-queue.ts'
import type { ClickSettings } from './config.ts'
import type { DailySalt } from './daily-salt.ts'
import { Errors } from './errors.ts'
import { markOf } from './hyperloglog.ts'
import { callerOf, pseudonymOf } from './keys.ts'
import { assertWithin, windowOf } from './paging.ts'
import { readerOf, type Reader } from './reader.ts'
import type { Click } from './record.ts'
import type {
  ClickStats,
  CountedTarget,
  CountsQuery,
  ListedTarget,
  NewTarget,
  Page,
  Paging,
  RequestClicks
} from './service.ts'
import { checkedTarget, isWebUrl } from './target.ts'
import type { Targets } from './targets.ts'

/** A click before the mark of its guest is known. */
export interface PendingClick extends Omit<Click, 'mark'> {
  readonly mark?: Promise<NonNullable<Click['mark']>>
}

export interface TargetClicksParts {
  readonly settings: ClickSettings
  /** Makes pseudonyms. */
  readonly key: Buffer
  readonly targets: Targets
  readonly queue: ClickQueue<PendingClick>
  readonly limits: MinuteLimits
  readonly salt: DailySalt
  readonly calendar: Calendar
  readonly sessions: Sessions | undefined
  readonly clock: Clock
}

/** Targets in the database, and clicks that are counted behind the answers. */
export class TargetClicks implements ClickStats {
  readonly #parts: TargetClicksParts
  readonly #outcomes = new Outcomes('ok')

  constructor(parts: TargetClicksParts) {
    this.#parts = parts
  }

  get kinds(): readonly string[] {
    return this.#parts.settings.kinds
  }

  get counters(): Readonly<Record<string, number>> {
    return this.#parts.queue.counters
  }

  /** What came of clicks: `ok`, or the key of a failure. */
  get outcomes(): Readonly<Record<string, number>> {
    return this.#outcomes.snapshot()
  }

  click(kind: string, id: string, request: FastifyRequest): Promise<string> {
    return this.#outcomes.of(this.#click(kind, id, request))
  }

  async list(kind: string, request: FastifyRequest, paging: Paging = {}): Promise<Page<ListedTarget>> {
    const { targets, sessions, clock } = this.#parts
    const { audiences } = readerOf(request, sessions)
    const window = windowOf(paging)
    const part = await targets.shown({ kind, now: clock.now(), audiences }, window)
    return { ...part, page: window.page, size: window.size }
  }

  async put(target: NewTarget): Promise<void> {
    await this.#parts.targets.put(checkedTarget(target, this.kinds))
  }

  remove(kind: string, id: string): Promise<boolean> {
    return this.#parts.targets.remove(kind, id)
  }

  async counts({ kind, id, days = 30, ...paging }: CountsQuery): Promise<Page<CountedTarget>> {
    const { targets, calendar, clock } = this.#parts
    const window = windowOf(paging)
    assertWithin('days', days, 0, 366)
    const since = addDays(calendar.dayOf(clock.now()), 1 - days)
    const part = await targets.counted({ kind, id, since }, window)
    return { ...part, page: window.page, size: window.size }
  }

  /** The same for one request. */
  of(request: FastifyRequest): RequestClicks {
    return {
      kinds: this.kinds,
      click: (kind, id) => this.click(kind, id, request),
      list: (kind, paging) => this.list(kind, request, paging),
      put: target => this.put(target),
      remove: (kind, id) => this.remove(kind, id),
      counts: query => this.counts(query)
    }
  }

  /** Resolves when what was clicked until now is written, or the database does not take it. */
  flush(): Promise<void> {
    return this.#parts.queue.flush()
  }

  /** @throws {Error} when clicks cannot be written at present */
  assertWriting(): void {
    if (this.#parts.queue.failure) throw this.#parts.queue.failure
  }

  async #click(kind: string, id: string, request: FastifyRequest): Promise<string> {
    const { settings, targets, queue, sessions, clock } = this.#parts
    const reader = readerOf(request, sessions)
    await this.#limit(reader, request.ip)
    const now = clock.now()
    const target = await targets.find(kind, id)
    if (!target || !reader.audiences.includes(target.audience)) throw new ApiError(Errors['click.unknown'])
    if (settings.onlyWhileShown && target.start > now) throw new ApiError(Errors['click.unknown'])
    if (settings.onlyWhileShown && target.end <= now) throw new ApiError(Errors['click.over'])
    queue.add(this.#clickOf(kind, id, now, reader, request.ip))
    return isWebUrl(target.url) ? target.url : ''
  }

  /** @throws {ApiError} `rate.limited` */
  async #limit({ identity }: Reader, ip: string): Promise<void> {
    const { limits, settings, key } = this.#parts
    const { clicksPerMinutePerUser, clicksPerMinutePerAddress } = settings
    const limit = identity === undefined ? clicksPerMinutePerAddress : clicksPerMinutePerUser
    const retryAfter = await limits.take(callerOf(key, identity, ip), limit)
    if (retryAfter !== undefined) throw new ApiError(CommonErrors['rate.limited'], { retryAfter })
  }

  #clickOf(kind: string, id: string, at: number, { identity }: Reader, ip: string): PendingClick {
    const { settings, key, calendar, salt } = this.#parts
    const click = { kind, id, at, day: calendar.dayOf(at) }
    if (identity !== undefined) return { ...click, pseudonym: pseudonymOf(key, kind, id, identity) }
    if (!settings.countGuests) return click
    const digest = (bytes: Buffer): Buffer => createHmac('sha256', bytes).update(networkOf(ip)).digest()
    return { ...click, mark: salt.of(click.day).then(bytes => markOf(digest(bytes))) }
  }
}
