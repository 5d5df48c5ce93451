import type { Clock, Timer } from '../../../../core/index.ts'
import type { Device } from '../../user-core.ts'
import type { Memory } from './memory.ts'
import type { PlatformRow } from './rows.ts'
import type { ChatDb } from './tables.ts'
import type { Turns } from './turns.ts'
import type { UserChat } from './user-chat.ts'

/** Milliseconds between two writings of how far devices are. */
const writeEveryMs = 10_000
const rowsPerStatement = 1_000

/** From where to where a device was told nothing. */
export interface Gap {
  readonly after: number
  readonly upTo: number
}

/**
 * Knows how much the devices of each user have been told, by platform. While one is connected, that is everything; it
 * is written now and then, and when it goes. After a crash devices hear again of what came since the last writing.
 */
export class Platforms {
  readonly #db: ChatDb
  readonly #turns: Turns
  readonly #memory: Memory
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #unwritten = new Map<string, PlatformRow>()
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

  /** Counts a device in. @returns what it may have missed; `undefined`: nothing, or its platform is new */
  async attach(user: UserChat, device: Device): Promise<Gap | undefined> {
    const { platformID } = device
    const upTo = this.#memory.position
    const known = user.platforms.get(platformID)
    if (known) {
      const isAlone = known.devices.size === 0
      known.devices.add(device)
      return isAlone ? { after: known.position, upTo } : undefined
    }
    user.platforms.set(platformID, { devices: new Set([device]), position: upTo })
    const after = await this.#read(user.userID, platformID)
    this.#note(user, platformID)
    return after === undefined ? undefined : { after, upTo }
  }

  detach(user: UserChat, device: Device): void {
    const state = user.platforms.get(device.platformID)
    if (!state?.devices.delete(device) || state.devices.size) return
    state.position = this.#memory.position
    this.#note(user, device.platformID)
  }

  /** Writes how far all are. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#write()
  }

  #rest(): void {
    if (this.#isClosed) return
    this.#timer = this.#clock.after(writeEveryMs, () => {
      void this.#write()
        .catch(this.#onError)
        .finally(() => this.#rest())
    })
  }

  #note({ userID }: UserChat, platformID: number): void {
    const { position } = this.#memory
    this.#unwritten.set(`${platformID} ${userID}`, { userID, platformID, position })
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
    for (const user of this.#memory.told)
      for (const [platformID, { devices }] of user.platforms) if (devices.size) this.#note(user, platformID)
    this.#memory.told.clear()
    const rows = [...this.#unwritten.values()]
    if (!rows.length) return
    await this.#turns.change(async ({ db }) => {
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
    for (const row of rows) {
      const key = `${row.platformID} ${row.userID}`
      if (this.#unwritten.get(key) === row) this.#unwritten.delete(key)
    }
  }
}
