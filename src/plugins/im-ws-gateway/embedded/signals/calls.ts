import type { Clock } from '../../../../core/index.ts'
import { ImError } from '../../codes.ts'
import type { Invitation } from '../../model.ts'
import type { CoreEvent, Device } from '../../user-core.ts'
import type { Delivery } from '../contracts.ts'
import { Call, type Ringing } from './call.ts'
import { CoarseTimers } from './coarse-timers.ts'

/** How many calls there may be at a time. */
const callsMax = 10_000
/** After so long without an invitation or an acceptance a call is forgotten: its people may never say that it ended. */
const forgottenAfterMs = 4 * 3_600_000

type SignalKind = Extract<CoreEvent, { readonly action: unknown }>['kind']
/** How somebody leaves a call. */
export type Leaving = 'hangUp' | 'cancel' | 'reject'

/** The calls that are under way: who is in which room, who is called into it, and who is told of what. */
export class Calls {
  readonly #delivery: Delivery
  readonly #timers: CoarseTimers
  readonly #byUser = new Map<string, Call>()
  readonly #calls = new Map<Call, { cancel(): void }>()

  constructor(delivery: Delivery, clock: Clock) {
    this.#delivery = delivery
    this.#timers = new CoarseTimers(clock)
  }

  /** By what a user is called; `undefined`: he is not. */
  ringingFor(userID: string): Ringing | undefined {
    return this.#byUser.get(userID)?.ringingFor(userID)
  }

  /**
   * Calls those of `invitees` who are free into the room of the inviter, who leaves any other one for it. Whoever is
   * in that room, or alone with the inviter in another one, is free.
   * @returns those who are not
   * @throws {ImError} `busy` when there are too many calls
   */
  invite(invitation: Invitation, invitees: readonly string[], device: Device): readonly string[] {
    const { inviterUserID: inviter, roomID } = invitation
    const own = this.#byUser.get(inviter)
    const stays = own?.roomID === roomID && own.joined.has(inviter)
    const isFree = (userID: string): boolean => {
      const other = this.#byUser.get(userID)
      return !other || (other === own && (stays || own.size === 2))
    }
    const free = invitees.filter(isFree)
    const busy = invitees.filter(userID => !isFree(userID))
    if (!free.length) return busy
    if (!stays && this.#calls.size >= callsMax) throw new ImError('busy', 'too many calls are under way')
    if (own && !stays) this.#leave(own, inviter, 'hangUp', device)
    const call = own && stays ? own : new Call(invitation)
    this.#byUser.set(inviter, call)
    const ringing: Ringing = {
      invitation,
      waiting: new Set(free),
      timer: this.#timers.after(invitation.timeout * 1_000, () => this.#timeOut(call, ringing))
    }
    call.ring(ringing)
    for (const userID of free) this.#byUser.set(userID, call)
    this.#keep(call)
    this.#tell(free, 'newInvitation', inviter, invitation)
    return busy
  }

  /** @throws {ImError} `recordNotFound` when he is not called, `alreadyHandled` when he is in the room */
  accept(userID: string, roomID: string | undefined, device: Device): Invitation {
    const call = this.#callOf(userID, roomID)
    const ringing = call.ringingFor(userID)
    if (!ringing) throw new ImError('alreadyHandled')
    const { invitation } = ringing
    call.join(userID)
    this.#keep(call)
    this.#tell([invitation.inviterUserID], 'inviteeAccepted', userID, invitation)
    this.#tell([userID], 'inviteeAcceptedByOtherDevice', userID, invitation, device)
    return invitation
  }

  /**
   * Takes somebody out of his call, whether he is in it or called, and those whom he has called with him.
   * @throws {ImError} `recordNotFound` when he is in no such call, `noPermission` when he cancels what others have begun
   */
  leave(userID: string, roomID: string | undefined, how: Leaving, device: Device): void {
    const call = this.#callOf(userID, roomID)
    const invited = call.joined.get(userID)
    if (how === 'cancel' && (invited || call.ringingFor(userID)) && !call.ringingsOf(userID).size)
      throw new ImError('noPermission', 'only who has invited can cancel')
    this.#leave(call, userID, how, device)
  }

  /** Takes somebody out who cannot be reached any more. Who is only called stays so: he may come back in time. */
  lost(userID: string): void {
    const call = this.#byUser.get(userID)
    if (call?.joined.has(userID)) this.#leave(call, userID, 'hangUp')
  }

  close(): void {
    this.#timers.close()
    this.#byUser.clear()
    this.#calls.clear()
  }

  #callOf(userID: string, roomID: string | undefined): Call {
    const call = this.#byUser.get(userID)
    if (!call || (roomID && roomID !== call.roomID)) throw new ImError('recordNotFound')
    return call
  }

  #leave(call: Call, userID: string, how: Leaving, device?: Device): void {
    const ringing = call.ringingFor(userID)
    if (ringing) {
      this.#remove(call, userID)
      this.#tell([ringing.invitation.inviterUserID], 'inviteeRejected', userID, ringing.invitation)
      this.#tell([userID], 'inviteeRejectedByOtherDevice', userID, ringing.invitation, device)
    } else {
      const invited = call.joined.get(userID)
      this.#remove(call, userID)
      for (const own of call.ringingsOf(userID)) {
        const waiting = [...own.waiting]
        for (const invitee of waiting) this.#remove(call, invitee)
        this.#tell(waiting, 'invitationCancelled', userID, own.invitation)
      }
      for (const [other, by] of call.joined) {
        const inviter = invited?.inviterUserID
        if (how === 'cancel' && by?.inviterUserID === userID)
          this.#tell([other], 'invitationCancelled', userID, by)
        else if (how === 'reject' && inviter === other)
          this.#tell([other], 'inviteeRejected', userID, invited)
        else this.#tell([other], 'hangUp', userID, by ?? invited ?? call.invitation)
      }
    }
    this.#endIfAlone(call)
  }

  #timeOut(call: Call, ringing: Ringing): void {
    const waiting = [...ringing.waiting]
    for (const userID of waiting) this.#remove(call, userID)
    const { invitation } = ringing
    const inviter = invitation.inviterUserID
    this.#tell([inviter, ...waiting], 'invitationTimeout', inviter, invitation)
    this.#endIfAlone(call)
  }

  #remove(call: Call, userID: string): void {
    call.remove(userID)
    this.#byUser.delete(userID)
  }

  #endIfAlone(call: Call): void {
    if (call.size < 2) this.#forget(call)
  }

  #keep(call: Call): void {
    this.#calls.get(call)?.cancel()
    this.#calls.set(
      call,
      this.#timers.after(forgottenAfterMs, () => this.#forget(call))
    )
  }

  #forget(call: Call): void {
    for (const userID of call.everybody) this.#remove(call, userID)
    this.#calls.get(call)?.cancel()
    this.#calls.delete(call)
  }

  #tell(
    userIDs: readonly string[],
    kind: SignalKind,
    opUserID: string,
    invitation: Invitation | undefined,
    except?: Device
  ): void {
    if (!invitation) return
    this.#delivery.toUsers(userIDs, { kind, action: { opUserID, invitation } }, except && { except })
  }
}
