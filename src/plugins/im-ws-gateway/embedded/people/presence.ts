import type { Clock, Timer } from '../../../../core/index.ts'
import { ImError } from '../../codes.ts'
import type { UserStatus } from '../../model.ts'
import type { CoreEvent } from '../../user-core.ts'
import type { Delivery } from '../contracts.ts'
import { Turns } from '../groups/turns.ts'
import type { Seen } from './seen.ts'
import { isStorable } from './storable.ts'
import type { WatchRows } from './watch-rows.ts'

/** How many users one may watch. */
export const watchedMax = 3_000

/** How long after the start those who were online may take to come back: clients try for 50 s. */
const returnMs = 60_000
/** Whoever comes back within this time hears again of what has changed in it: it may not have reached him. */
const recentMs = 120_000

interface Watched {
  readonly watchers: Set<string>
  /** Where he was connected when they were told of him last. */
  platformIDs: readonly number[]
  /** By the monotonic clock. −Infinity: long ago. */
  changedAt: number
}

export interface PresenceNeeds {
  readonly delivery: Delivery
  readonly rows: WatchRows
  readonly seen: Seen
  readonly clock: Clock
}

/**
 * Who is online, for those who want to know. A subscription is a user's, for all of his devices, and lasts until he
 * ends it; that of somebody who does not exist waits for him to be registered. In memory are those of open cores.
 *
 * When the process has ended, or the cores have moved to this one, everybody is offline at first. Watchers who come back
 * are told only of those who come back too, and, when all have had their time, of those who have not.
 */
export class Presence {
  readonly #delivery: Delivery
  readonly #rows: WatchRows
  readonly #seen: Seen
  readonly #clock: Clock
  /** Changes of one watcher, by his id. */
  readonly #turns = new Turns()
  readonly #watched = new Map<string, Watched>()
  readonly #byWatcher = new Map<string, Set<string>>()
  /** Connections of those who watch. */
  readonly #connections = new Map<string, number>()
  /** Who was online before the start, until all have had the time to come back. */
  readonly #awaited: Set<string>
  readonly #awaitedUntil: number
  #timer: Timer | undefined

  private constructor({ delivery, rows, seen, clock }: PresenceNeeds, awaited: readonly string[]) {
    this.#delivery = delivery
    this.#rows = rows
    this.#seen = seen
    this.#clock = clock
    this.#awaited = new Set(awaited)
    this.#awaitedUntil = clock.monotonic() + returnMs
  }

  /** Reads who was online before. */
  static async open(needs: PresenceNeeds): Promise<Presence> {
    return new Presence(needs, await needs.seen.read(needs.clock.now() - recentMs))
  }

  /** Call it before the core of a user is open: he watches again whom he watched when it ended. */
  load(watcher: string): Promise<void> {
    return this.#turns.take(watcher, async () => this.#watch(watcher, await this.#rows.read(watcher)))
  }

  /**
   * Tells `watcher` of them from now on.
   * @returns how they are now, in the order of `userIDs`
   * @throws {ImError} `tooLarge` for more than {@link watchedMax} in all; then none is added
   */
  subscribe(watcher: string, userIDs: readonly string[]): Promise<readonly UserStatus[]> {
    const asked = [...new Set(userIDs)]
    return this.#turns.take(watcher, async () => {
      const own = this.#byWatcher.get(watcher)
      const added = asked.filter(userID => !own?.has(userID) && isStorable(userID))
      if ((own?.size ?? 0) + added.length > watchedMax)
        throw new ImError('tooLarge', `more than ${watchedMax} users are watched`)
      if (added.length) await this.#rows.add(watcher, added)
      this.#watch(watcher, added)
      return asked.map(userID => this.#status(userID))
    })
  }

  unsubscribe(watcher: string, userIDs: readonly string[]): Promise<void> {
    return this.#turns.take(watcher, async () => {
      const own = this.#byWatcher.get(watcher)
      const removed = [...new Set(userIDs)].filter(userID => own?.has(userID))
      if (!removed.length) return
      await this.#rows.remove(watcher, removed)
      this.#unwatch(watcher, removed)
    })
  }

  /** How those are whom `watcher` watches, in the order in which he began to. */
  subscribed(watcher: string): readonly UserStatus[] {
    return [...(this.#byWatcher.get(watcher) ?? [])].map(userID => this.#status(userID))
  }

  /**
   * Call it when a connection of a user has come or gone. Tells his watchers when that changes where he is, and himself,
   * when one has come, of what has changed lately.
   */
  changed(userID: string): void {
    const watched = this.#watched.get(userID)
    if (watched) this.#tellWatchers(userID, watched)
    const own = this.#byWatcher.get(userID)
    if (!own) return
    const before = this.#connections.get(userID) ?? 0
    const now = this.#delivery.platformsOf(userID).length
    this.#connections.set(userID, now)
    if (now > before) this.#tellRecent(userID, own)
  }

  /** Tells watchers once more how those are whom they watch: they may not have been told of a change. */
  retell(watchers: ReadonlySet<string>): void {
    for (const [userID, { watchers: all }] of this.#watched) {
      const concerned = [...all].filter(watcher => watchers.has(watcher))
      if (concerned.length)
        this.#delivery.toUsers(concerned, { kind: 'userStatus', status: this.#status(userID) })
    }
  }

  /** Call it when the core of a user has ended: until it is loaded again, he is told of nobody. */
  ended(watcher: string): void {
    this.#unwatch(watcher, [...(this.#byWatcher.get(watcher) ?? [])])
  }

  #tellWatchers(userID: string, watched: Watched): void {
    const platformIDs = this.#platforms(userID)
    if (platformIDs.join() === watched.platformIDs.join()) return
    watched.platformIDs = platformIDs
    this.#hasChanged(userID, watched)
    this.#delivery.toUsers(watched.watchers, this.#event(userID))
  }

  #tellRecent(watcher: string, own: ReadonlySet<string>): void {
    const since = this.#clock.monotonic() - recentMs
    for (const userID of own) {
      const watched = this.#watched.get(userID)
      if (!watched || watched.changedAt < since || this.#mayReturn(userID, watched)) continue
      this.#delivery.toUser(watcher, this.#event(userID))
    }
  }

  #hasChanged(userID: string, watched: Watched): void {
    const isOnline = watched.platformIDs.length > 0
    if (isOnline) this.#awaited.delete(userID)
    watched.changedAt = this.#clock.monotonic()
    this.#seen.note(userID, isOnline, this.#clock.now())
  }

  #mayReturn(userID: string, { platformIDs }: Watched): boolean {
    return platformIDs.length === 0 && this.#awaited.has(userID)
  }

  /** All who were online before have had their time. */
  readonly #settle = (): void => {
    const awaited = [...this.#awaited]
    this.#awaited.clear()
    for (const userID of awaited) {
      const watched = this.#watched.get(userID)
      const isOnline = this.#platforms(userID).length > 0
      if (!watched) this.#seen.note(userID, isOnline, this.#clock.now())
      if (!watched || isOnline) continue
      this.#hasChanged(userID, watched)
      this.#delivery.toUsers(watched.watchers, this.#event(userID))
    }
  }

  #watch(watcher: string, userIDs: readonly string[]): void {
    if (!userIDs.length) return
    const own = this.#byWatcher.get(watcher) ?? new Set()
    if (!own.size) this.#connections.set(watcher, this.#delivery.platformsOf(watcher).length)
    this.#byWatcher.set(watcher, own)
    for (const userID of userIDs) {
      own.add(userID)
      this.#watchedFor(userID).watchers.add(watcher)
    }
    if (!this.#awaited.size) return
    const delayMs = Math.max(0, this.#awaitedUntil - this.#clock.monotonic())
    this.#timer ??= this.#clock.after(delayMs, this.#settle)
  }

  /** Whom nobody has watched for a while may have come or gone meanwhile. */
  #watchedFor(userID: string): Watched {
    const known = this.#watched.get(userID)
    if (known) return known
    const platformIDs = this.#platforms(userID)
    const watched: Watched = { watchers: new Set(), platformIDs, changedAt: -Infinity }
    this.#watched.set(userID, watched)
    const isOnline = platformIDs.length > 0
    const isBack = isOnline && this.#awaited.has(userID)
    if (this.#mayReturn(userID, watched)) return watched
    if (isBack || isOnline !== this.#seen.wasOnline(userID)) this.#hasChanged(userID, watched)
    return watched
  }

  #unwatch(watcher: string, userIDs: readonly string[]): void {
    const own = this.#byWatcher.get(watcher)
    if (!own) return
    for (const userID of userIDs) {
      own.delete(userID)
      const watched = this.#watched.get(userID)
      watched?.watchers.delete(watcher)
      if (!watched?.watchers.size) this.#watched.delete(userID)
    }
    if (own.size) return
    this.#byWatcher.delete(watcher)
    this.#connections.delete(watcher)
    if (this.#byWatcher.size) return
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #event(userID: string): CoreEvent {
    return { kind: 'userStatus', status: this.#status(userID) }
  }

  #status(userID: string): UserStatus {
    const platformIDs = this.#platforms(userID)
    return { userID, status: platformIDs.length ? 1 : 0, platformIDs }
  }

  #platforms(userID: string): readonly number[] {
    return [...new Set(this.#delivery.platformsOf(userID))].toSorted((a, b) => a - b)
  }
}
