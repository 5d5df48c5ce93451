import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/index.ts'
import type { OpenSession } from './open-session.ts'

const knownMs = 60_000
const unknownMs = 5_000

/** What is to be read anew: the sessions of a person, or those on one platform, or one token. */
export interface Forgotten {
  readonly identity?: string
  readonly platform?: string
  readonly tid?: string
}

/** The sessions of the last minute, open, and the tokens that were found to be none, for five seconds. */
export class SessionMemory {
  /** Tells other nodes what was forgotten. */
  tell: (forgotten: Forgotten) => void = () => undefined
  readonly #open: LRUCache<string, OpenSession>
  readonly #unknown: LRUCache<string, true>
  readonly #loading = new Map<string, Promise<OpenSession | undefined>>()
  /** Grows when something is forgotten: what was read before must not come in later. */
  #generation = 0

  /** @param max sessions, and unknown tokens as well */
  constructor(max: number, clock: Clock) {
    // lru-cache takes a start at 0 for none.
    const options = { max, ttlResolution: 0, perf: { now: () => clock.monotonic() + 1 } }
    this.#open = new LRUCache({ ...options, ttl: knownMs })
    this.#unknown = new LRUCache({ ...options, ttl: unknownMs })
  }

  /** Sessions that are known now. */
  get size(): number {
    this.#open.purgeStale()
    return this.#open.size
  }

  /**
   * The session of a token, read by `load` where it is not known. Several who ask at once wait for one reading.
   * @param tid id of the token
   */
  find(
    tid: string,
    load: () => Promise<OpenSession | undefined>
  ): OpenSession | undefined | Promise<OpenSession | undefined> {
    const known = this.#open.get(tid)
    if (known || this.#unknown.get(tid)) return known
    const loading = this.#loading.get(tid)
    if (loading) return loading
    const reading = this.#read(tid, load).finally(() => {
      if (this.#loading.get(tid) === reading) this.#loading.delete(tid)
    })
    this.#loading.set(tid, reading)
    return reading
  }

  /** Forgets the sessions of a person, or those on one platform, on all nodes. */
  forget(identity: string, platform?: string): void {
    this.#forget({ identity, ...(platform !== undefined && { platform }) })
  }

  /** Forgets what is known of a token, and that it is none, on all nodes. */
  forgetToken(tid: string): void {
    this.#forget({ tid })
  }

  /** Forgets everything, because what other nodes have forgotten was not heard. */
  forgetAll(): void {
    this.hear({})
    this.#open.clear()
    this.#unknown.clear()
  }

  /** Forgets what another node has forgotten. */
  hear({ identity, platform, tid }: Forgotten): void {
    // Whoever asks from now on does not get what was read before.
    this.#generation++
    this.#loading.clear()
    if (tid !== undefined) {
      this.#open.delete(tid)
      this.#unknown.delete(tid)
    }
    if (identity === undefined) return
    for (const [key, { row }] of this.#open)
      if (row.identity === identity && (platform === undefined || row.platform === platform))
        this.#open.delete(key)
  }

  #forget(forgotten: Forgotten): void {
    this.hear(forgotten)
    this.tell(forgotten)
  }

  async #read(tid: string, load: () => Promise<OpenSession | undefined>): Promise<OpenSession | undefined> {
    const generation = this.#generation
    const session = await load()
    if (generation === this.#generation) {
      if (session) this.#open.set(tid, session)
      else this.#unknown.set(tid, true)
    }
    return session
  }
}
