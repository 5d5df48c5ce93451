import type { Timer } from '../../../../core/index.ts'
import type { Invitation } from '../../model.ts'

/** One ringing: an invitation, and who has not answered it yet. */
export interface Ringing {
  readonly invitation: Invitation
  readonly waiting: Set<string>
  timer: Timer
}

/** People in one room. Somebody is either in it, or called into it, and in no other call at the same time. */
export class Call {
  /** With what it began. */
  readonly invitation: Invitation
  /** Those in it, and by which invitation they came; `undefined` for the one who began it. */
  readonly #joined = new Map<string, Invitation | undefined>()
  readonly #called = new Map<string, Ringing>()

  constructor(invitation: Invitation) {
    this.invitation = invitation
    this.#joined.set(invitation.inviterUserID, undefined)
  }

  get roomID(): string {
    return this.invitation.roomID
  }

  /** How many are in it or called. */
  get size(): number {
    return this.#joined.size + this.#called.size
  }

  get joined(): ReadonlyMap<string, Invitation | undefined> {
    return this.#joined
  }

  /** Everybody who is in it or called. */
  get everybody(): readonly string[] {
    return [...this.#joined.keys(), ...this.#called.keys()]
  }

  /** By what somebody is called; `undefined`: he is not. */
  ringingFor(userID: string): Ringing | undefined {
    return this.#called.get(userID)
  }

  /** The ringings that somebody has started and that are not all answered. */
  ringingsOf(inviter: string): ReadonlySet<Ringing> {
    return new Set(
      [...this.#called.values()].filter(({ invitation }) => invitation.inviterUserID === inviter)
    )
  }

  /** Calls all that `ringing` waits for, also those who are called or were in the room before. */
  ring(ringing: Ringing): void {
    for (const userID of ringing.waiting) {
      this.remove(userID)
      this.#called.set(userID, ringing)
    }
  }

  /** Lets somebody in who is called. */
  join(userID: string): void {
    const invitation = this.#called.get(userID)?.invitation
    this.remove(userID)
    this.#joined.set(userID, invitation)
  }

  /** Takes somebody out who is in it or called. */
  remove(userID: string): void {
    this.#joined.delete(userID)
    const ringing = this.#called.get(userID)
    if (!ringing) return
    this.#called.delete(userID)
    ringing.waiting.delete(userID)
    if (!ringing.waiting.size) ringing.timer.cancel()
  }
}
