import { ImError } from '../../codes.ts'
import type { UserStatus } from '../../model.ts'
import type { Delivery } from '../contracts.ts'

/** How many users one may watch. */
export const watchedMax = 3_000

interface Watched {
  readonly watchers: Set<string>
  /** Where the watchers believe him to be connected. */
  platformIDs: readonly number[]
}

/**
 * Who is online, for those who want to know. A subscription is a user's, for all of his devices, and lasts until his
 * core ends; that of somebody who does not exist waits for him to be registered.
 */
export class Presence {
  readonly #delivery: Delivery
  readonly #watched = new Map<string, Watched>()
  readonly #byWatcher = new Map<string, Set<string>>()

  constructor(delivery: Delivery) {
    this.#delivery = delivery
  }

  /**
   * Tells `watcher` of them from now on.
   * @returns how they are now, in the order of `userIDs`
   * @throws {ImError} `tooLarge` for more than {@link watchedMax} in all; then none is added
   */
  subscribe(watcher: string, userIDs: readonly string[]): readonly UserStatus[] {
    const wanted = new Set(this.#byWatcher.get(watcher))
    for (const userID of userIDs) wanted.add(userID)
    if (wanted.size > watchedMax) throw new ImError('tooLarge', `more than ${watchedMax} users are watched`)
    if (wanted.size) this.#byWatcher.set(watcher, wanted)
    const asked = [...new Set(userIDs)]
    for (const userID of asked) {
      const watched = this.#watched.get(userID) ?? {
        watchers: new Set(),
        platformIDs: this.#platforms(userID)
      }
      watched.watchers.add(watcher)
      this.#watched.set(userID, watched)
    }
    return asked.map(userID => this.#status(userID))
  }

  unsubscribe(watcher: string, userIDs: Iterable<string>): void {
    const own = this.#byWatcher.get(watcher)
    if (!own) return
    for (const userID of userIDs) {
      if (!own.delete(userID)) continue
      const watched = this.#watched.get(userID)
      watched?.watchers.delete(watcher)
      if (!watched?.watchers.size) this.#watched.delete(userID)
    }
    if (!own.size) this.#byWatcher.delete(watcher)
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

  /** Call it when the core of a user ends: he watches nobody any more. */
  ended(watcher: string): void {
    this.unsubscribe(watcher, [...(this.#byWatcher.get(watcher) ?? [])])
  }

  #status(userID: string): UserStatus {
    const platformIDs = this.#platforms(userID)
    return { userID, status: platformIDs.length ? 1 : 0, platformIDs }
  }

  #platforms(userID: string): readonly number[] {
    return [...new Set(this.#delivery.platformsOf(userID))].toSorted((a, b) => a - b)
  }
}
