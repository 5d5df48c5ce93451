import type { Clock, Timer } from '../../../../core/index.ts'
import type { Device } from '../../user-core.ts'
import type { Memory } from './memory.ts'
import type { PlatformRow } from './rows.ts'
import type { ChatDb } from './tables.ts'
import type { Turns } from './turns.ts'
import type { PlatformState, UserChat } from './user-chat.ts'

/** Milliseconds between two writings of how far devices are. */
const writeEveryMs = 10_000
/**
 * Writings after which what a device was told counts as arrived: by then a connection that nobody reads any more has
 * been noticed.
 */
const doubtfulRounds = 4
const rowsPerStatement = 1_000

/** From where to where a device was told nothing. */
export interface Gap {
  readonly after: number
  readonly upTo: number
}

/** Who was told something, and how far that was. */
interface Round {
  readonly position: number
  readonly users: readonly UserChat[]
}

/**
 * Knows how much the devices of each user have been told, by platform. While one is connected, that is everything; it
 * is written when it goes, and now and then. After a crash devices hear again of what came in the last minute.
 */
export class Platforms {
  readonly #db: ChatDb
  readonly #turns: Turns
  readonly #memory: Memory
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #unwritten = new Map<string, PlatformRow>()
  readonly #rounds: Round[] = []
  /** From where on devices were told what there is: before, others of their platform were. Not known of those resumed. */
  readonly #toldAfter = new WeakMap<Device, number>()
  /** Platforms with connections that were resumed, what of them is in doubt, and for how many writings it stays so. */
  readonly #resumed = new Map<PlatformState, { readonly after: number; rounds: number }>()
  #timer: Timer | undefined
  #isClosed = false

  constructor(
    { db, turns, memory, clock }: { db: ChatDb; turns: Turns; memory: Memory; clock: Clock },
    onError: (error: unknown) => void
  ) {
    this.#db = db
    this.#turns = turns
    this.#memory = memory
    this.#clock = clock
    this.#onError = onError
    this.#rest()
  }

  /**
   * Counts a device in.
   * @param since what other devices of the platform were told after it may not have arrived
   * @returns what it may have missed; `undefined`: nothing, or its platform is new
   */
  async attach(user: UserChat, device: Device, since: number | undefined): Promise<Gap | undefined> {
    const { platformID } = device
    // From there on it is told of what happens, also while it waits.
    const upTo = this.#memory.position
    while (user.platforms.get(platformID)?.reading) await user.platforms.get(platformID)?.reading
    const known = user.platforms.get(platformID)
    if (known) {
      const first = Math.min(...[...known.devices].map(other => this.#toldAfterOf(other, known)))
      const doubtful = Math.min(Math.max(since ?? Infinity, first), known.doubtfulAfter ?? Infinity)
      const after = known.devices.size ? doubtful : known.position
      this.#toldAfter.set(device, Math.min(after, upTo))
      known.devices.add(device)
      known.doubtfulAfter = undefined
      return after < upTo ? { after, upTo } : undefined
    }
    const state: PlatformState = { devices: new Set([device]), position: upTo }
    user.platforms.set(platformID, state)
    const start = await this.#readInto(user, platformID, state, upTo, after => {
      const told = Math.min(after ?? upTo, upTo)
      this.#toldAfter.set(device, told)
      if (after !== undefined) this.#note(user, platformID, after)
      // It may have gone meanwhile.
      if (!state.devices.size) state.position = told
      return told
    })
    return start >= upTo ? undefined : { after: start, upTo }
  }

  /**
   * Counts a device in that was told everything up to `mark`, by whoever knew of it before. Others of its platform may
   * not have been: they count as before.
   * @returns what it was not told; `undefined`: nothing
   */
  async resume(user: UserChat, device: Device, mark: number): Promise<Gap | undefined> {
    const upTo = this.#memory.position
    const { platformID } = device
    const known = user.platforms.get(platformID)
    const state: PlatformState = known ?? { devices: new Set<Device>(), position: upTo }
    state.read = undefined
    if (known && !known.devices.size) this.#doubt(known, known.position)
    const resumed = (state.resumed ??= { mark, hadAll: known?.devices.size === 0 ? known.position : 0 })
    resumed.mark = Math.min(resumed.mark, mark)
    state.devices.add(device)
    if (!known) {
      user.platforms.set(platformID, state)
      await this.#readInto(user, platformID, state, mark, after => {
        resumed.hadAll = after ?? 0
        if (after !== undefined && after < upTo) this.#doubt(state, after)
      })
    }
    return mark < upTo ? { after: mark, upTo } : undefined
  }

  /** @param since what the device was told after it may not have arrived; missing: everything has */
  detach(user: UserChat, device: Device, since: number | undefined): void {
    const state = user.platforms.get(device.platformID)
    if (!state?.devices.delete(device)) return
    const isCertain = since === undefined || since >= user.toldAt
    const own = isCertain ? Infinity : Math.max(since, this.#toldAfterOf(device, state))
    const doubtfulAfter = Math.min(own, state.doubtfulAfter ?? Infinity)
    if (state.devices.size) {
      if (doubtfulAfter < Infinity) state.doubtfulAfter = doubtfulAfter
      return
    }
    state.doubtfulAfter = undefined
    if (doubtfulAfter === Infinity) state.read = undefined
    state.position = Math.min(doubtfulAfter, this.#memory.position)
    this.#note(user, device.platformID, state.position)
  }

  /** Writes how far all are. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#write()
  }

  #toldAfterOf(device: Device, { resumed }: PlatformState): number {
    return this.#toldAfter.get(device) ?? (resumed ? Math.min(resumed.mark, resumed.hadAll) : 0)
  }

  #rest(): void {
    if (this.#isClosed) return
    this.#timer = this.#clock.after(writeEveryMs, () => {
      void this.#write()
        .catch(this.#onError)
        .finally(() => this.#rest())
    })
  }

  /**
   * What devices of a platform were told after `position` may not have arrived: where one was resumed, another one may
   * be coming back. It would do so soon.
   */
  #doubt(state: PlatformState, position: number): void {
    const after = Math.min(position, state.doubtfulAfter ?? Infinity)
    state.doubtfulAfter = after
    this.#resumed.set(state, { after, rounds: doubtfulRounds })
  }

  #settleDoubts(): void {
    for (const [state, doubt] of this.#resumed) {
      if (doubt.rounds-- > 0) continue
      this.#resumed.delete(state)
      if (state.doubtfulAfter === doubt.after) state.doubtfulAfter = undefined
    }
  }

  #note({ userID }: UserChat, platformID: number, position: number): void {
    this.#unwritten.set(`${platformID} ${userID}`, { userID, platformID, position })
  }

  /** Notes how far those are who were told something a while ago and are still there. */
  #noteConnected(): void {
    this.#rounds.push({ position: this.#memory.position, users: [...this.#memory.told] })
    this.#memory.told.clear()
    if (this.#rounds.length <= doubtfulRounds) return
    const { users, position } = this.#rounds.shift() ?? { users: [], position: 0 }
    for (const user of users)
      for (const [platformID, state] of user.platforms)
        if (state.devices.size && state.position <= position) this.#note(user, platformID, position)
  }

  /**
   * @param position of a platform that is new: written before anything is told there, or a crash would make it new again
   * @param found hears how far it is, before anybody else who comes; `undefined`: it is new
   * @throws when it cannot be read or written. The platform stays unknown then
   */
  #readInto<Result>(
    { userID, platforms }: UserChat,
    platformID: number,
    state: PlatformState,
    position: number,
    found: (after: number | undefined) => Result
  ): Promise<Result> {
    const read = async (): Promise<Result> => {
      try {
        const after = await this.#read(userID, platformID)
        if (after === undefined) await this.#put([{ userID, platformID, position }])
        return found(after)
      } catch (error) {
        state.devices.clear()
        platforms.delete(platformID)
        throw error
      } finally {
        state.reading = undefined
      }
    }
    const result = read()
    const passed = (): void => undefined
    state.reading = result.then(passed, passed)
    return result
  }

  async #read(userID: string, platformID: number): Promise<number | undefined> {
    const unwritten = this.#unwritten.get(`${platformID} ${userID}`)
    if (unwritten) return unwritten.position
    const row = await this.#db
      .selectFrom('im_chat_platforms')
      .select('position')
      .where('userID', '=', userID)
      .where('platformID', '=', platformID)
      .executeTakeFirst()
    return row?.position
  }

  async #write(): Promise<void> {
    this.#noteConnected()
    this.#settleDoubts()
    const rows = [...this.#unwritten.values()]
    if (!rows.length) return
    await this.#put(rows)
    for (const row of rows) {
      const key = `${row.platformID} ${row.userID}`
      if (this.#unwritten.get(key) === row) this.#unwritten.delete(key)
    }
  }

  #put(rows: readonly PlatformRow[]): Promise<void> {
    return this.#turns.change(async ({ db }) => {
      for (let at = 0; at < rows.length; at += rowsPerStatement)
        await db
          .insertInto('im_chat_platforms')
          .values(rows.slice(at, at + rowsPerStatement))
          .onConflict(on =>
            on
              .columns(['userID', 'platformID'])
              .doUpdateSet(eb => ({ position: eb.ref('excluded.position') }))
          )
          .execute()
    })
  }
}
