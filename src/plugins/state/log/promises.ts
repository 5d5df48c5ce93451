import type { Place } from './driver.ts'
import { noTag, type Message } from './message.ts'
import type { ParsedPage } from './page.ts'

/** Promises that are kept one by one. */
const mostPlaces = 1_000
/** Epochs that are kept. */
const mostEpochs = 100

/**
 * What the log has promised to this process: that an entry is in the place that its append was given, and that no epoch
 * comes back. A promise that it breaks means that what it knew is gone.
 */
export class Promises {
  /** Appended, and not yet heard of; all of one epoch. */
  readonly #places = new Map<number, Place>()
  #newest: Place | undefined
  readonly #over = new Set<string>()

  /** The furthest of the epoch that was appended to last. */
  get newest(): Place | undefined {
    return this.#newest
  }

  /** Takes note of a place. Returns an earlier one where this one is not behind it, and so breaks it. */
  add(place: Place): Place | undefined {
    this.turnTo(place.epoch)
    const newest = this.#newest
    if (newest && newest.seq >= place.seq) return newest
    this.#newest = place
    this.#places.set(place.seq, place)
    const [oldest] = this.#places.keys()
    if (oldest !== undefined && this.#places.size > mostPlaces) this.#places.delete(oldest)
    return undefined
  }

  /** The promise that an entry breaks. */
  brokenBy({ epoch, seq, tag }: Message): Place | undefined {
    const place = this.#places.get(seq)
    return place && place.epoch === epoch && place.tag !== tag ? place : undefined
  }

  /**
   * The promise that a log breaks in which this was read.
   * @param before the newest promise that there was before it was read
   * @param followed the epoch that is followed
   */
  brokenIn(page: ParsedPage, before: Place | undefined, followed: string | undefined): Place | undefined {
    const { epoch, top, messages } = page
    // It had gone on to another epoch already, and is back in the one that is followed.
    const isBack = before !== undefined && before.epoch !== epoch && epoch === followed
    if (this.#over.has(epoch) || isBack) return { epoch, seq: Number.MAX_SAFE_INTEGER, tag: noTag }
    if (before && before.epoch === epoch && before.seq > top) return before
    return messages.map(message => this.brokenBy(message)).find(place => place !== undefined)
  }

  /** The entry of a place has come. */
  kept(seq: number): void {
    this.#places.delete(seq)
  }

  /** The log is in this epoch now. */
  turnTo(epoch: string): void {
    if (!this.#newest || this.#newest.epoch === epoch) return
    this.end(this.#newest.epoch)
    this.#newest = undefined
    this.#places.clear()
  }

  /** An epoch is over. */
  end(epoch: string): void {
    this.#over.add(epoch)
    const [oldest] = this.#over
    if (oldest !== undefined && this.#over.size > mostEpochs) this.#over.delete(oldest)
  }
}
