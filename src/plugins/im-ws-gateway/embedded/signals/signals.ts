import { randomBytes as systemRandomBytes } from 'node:crypto'
import type { Clock } from '../../../../core/index.ts'
import { ImError } from '../../codes.ts'
import type { SignalRoom } from '../../model.ts'
import type { Arguments } from '../../operations/index.ts'
import type { SignalResults } from '../../operations/signals.ts'
import type { CoreEvent, Device } from '../../user-core.ts'
import type { Delivery, Groups, Part, People } from '../contracts.ts'
import { Calls } from './calls.ts'
import { callable, invitationFrom } from './invitation.ts'

/** What calls need. */
export interface SignalNeeds {
  readonly delivery: Delivery
  readonly clock: Clock
  readonly people: Pick<People, 'assertMayWrite'>
  readonly groups: Pick<Groups, 'group' | 'memberIDs'>
  readonly randomBytes?: (size: number) => Buffer
}

/** Calls between users, as events: sound and pictures go other ways. */
export interface OpenSignals {
  readonly part: Part<keyof SignalResults>
  /** The invitation that a user may still accept, for a device of his that has just come. */
  pending(userID: string): readonly CoreEvent[]
  /** Call it when the core of a user ends: he leaves the call that he is in. */
  ended(userID: string): void
  close(): void
}

/**
 * Opens calls. They are kept in memory: a restart forgets them. A user is in one call at a time, so that whoever calls
 * somebody else has left the one before. Clients of version 2.0.3 cannot hang up; there, rejecting and cancelling end
 * a call that was accepted, too.
 */
export function openSignals(needs: SignalNeeds): OpenSignals {
  const { delivery, clock, people, groups, randomBytes = systemRandomBytes } = needs
  const calls = new Calls(delivery, clock)
  const token = (): string => randomBytes(24).toString('base64url')
  const room = (roomID: string): SignalRoom => ({ token: token(), roomID, liveURL: '' })

  const invite = async (
    userID: string,
    { invitation: given }: Arguments['signalInvite'],
    device: Device
  ): Promise<SignalRoom> => {
    const { platformID } = device
    const frame = { inviterUserID: userID, platformID, now: clock.now(), newRoomID: token }
    const invitation = invitationFrom(given, frame)
    const mayBeCalled = await callable(invitation, people, groups)
    const busy = new Set(calls.invite(invitation, mayBeCalled, device))
    const reached = new Set(mayBeCalled.filter(invitee => !busy.has(invitee)))
    const busyLineUserIDList = invitation.inviteeUserIDList.filter(invitee => !reached.has(invitee))
    return { ...room(invitation.roomID), busyLineUserIDList }
  }

  return {
    part: {
      signalInvite: invite,

      async signalInviteInGroup(userID, args, device) {
        if (!args.invitation.groupID) throw new ImError('badArguments', 'the invitation names no group')
        return invite(userID, args, device)
      },

      async signalAccept(userID, { invitation }, device) {
        return room(calls.accept(userID, invitation.roomID, device).roomID)
      },

      signalReject: async (userID, { invitation }, device) =>
        calls.leave(userID, invitation.roomID, 'reject', device),
      signalCancel: async (userID, { invitation }, device) =>
        calls.leave(userID, invitation.roomID, 'cancel', device),
      signalHangUp: async (userID, { invitation }, device) =>
        calls.leave(userID, invitation.roomID, 'hangUp', device)
    },

    pending(userID) {
      const invitation = calls.ringingFor(userID)?.invitation
      if (!invitation) return []
      return [{ kind: 'newInvitation', action: { opUserID: invitation.inviterUserID, invitation } }]
    },

    ended: userID => calls.lost(userID),
    close: () => calls.close()
  }
}
