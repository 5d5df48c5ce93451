import { ImError } from '../../codes.ts'
import type { UserStatus } from '../../model.ts'
import type { Delivery } from '../contracts.ts'
import { Turns } from '../groups/turns.ts'
import { isStorable } from './storable.ts'
import type { WatchRows } from './watch-rows.ts'

/** How many users one may watch. */
export const watchedMax = 3_000

interface Watched {
  readonly watchers: Set<string>
  /** Where the watchers believe him to be connected. */
  platformIDs: readonly number[]
}

/**
 * Who is online, for those who want to know. A subscription is a user's, for all of his devices, and lasts until he
 * ends it; that of somebody who does not exist waits for him to be registered. In memory are those of open cores.
 */
export class Presence {
  readonly #delivery: Delivery
  readonly #rows: WatchRows
  /** Changes of one watcher, by his id. */
  readonly #turns = new Turns()
  readonly #watched = new Map<string, Watched>()
  readonly #byWatcher = new Map<string, Set<string>>()

  constructor(delivery: Delivery, rows: WatchRows) {
    this.#delivery = delivery
    this.#rows = rows
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

  /** Call it when a connection of a user has come or gone. Tells his watchers when that changes where he is. */
  changed(userID: string): void {
    const watched = this.#watched.get(userID)
    if (!watched) return
    const platformIDs = this.#platforms(userID)
    if (platformIDs.join() === watched.platformIDs.join()) return
    watched.platformIDs = platformIDs
    this.#delivery.toUsers(watched.watchers, { kind: 'userStatus', status: this.#status(userID) })
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

  #watch(watcher: string, userIDs: readonly string[]): void {
    if (!userIDs.length) return
    const own = this.#byWatcher.get(watcher) ?? new Set()
    this.#byWatcher.set(watcher, own)
    for (const userID of userIDs) {
      own.add(userID)
      const watched = this.#watched.get(userID) ?? {
        watchers: new Set(),
        platformIDs: this.#platforms(userID)
      }
      watched.watchers.add(watcher)
      this.#watched.set(userID, watched)
    }
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
    if (!own.size) this.#byWatcher.delete(watcher)
  }

  #status(userID: string): UserStatus {
    const platformIDs = this.#platforms(userID)
    return { userID, status: platformIDs.length ? 1 : 0, platformIDs }
  }

  #platforms(userID: string): readonly number[] {
    return [...new Set(this.#delivery.platformsOf(userID))].toSorted((a, b) => a - b)
  }
}
