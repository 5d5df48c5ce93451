import { Type } from 'typebox'
import type { SignalRoom } from '../model.ts'
import { IdOrNone, Ids, Name, Note } from './fields.ts'

const Invitation = Type.Object({
  inviterUserID: Type.Optional(IdOrNone),
  inviteeUserIDList: Type.Optional(Ids),
  groupID: Type.Optional(IdOrNone),
  roomID: Type.Optional(IdOrNone),
  /** Seconds. */
  timeout: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
  mediaType: Type.Optional(Name),
  sessionType: Type.Optional(Type.Integer()),
  platformID: Type.Optional(Type.Integer()),
  initiateTime: Type.Optional(Type.Integer()),
  customData: Type.Optional(Type.String({ maxLength: 8_192 })),
  busyLineUserIDList: Type.Optional(Ids)
})
const Invite = Type.Object({ invitation: Invitation, offlinePushInfo: Type.Optional(Type.Unknown()) })
const Action = Type.Object({
  opUserID: Type.Optional(IdOrNone),
  invitation: Invitation,
  ex: Type.Optional(Note)
})

/** Arguments of calls, which 2.x clients make: who invites whom, accepts and hangs up, without media. */
export const signalOperations = {
  signalInvite: Invite,
  signalInviteInGroup: Invite,
  signalAccept: Action,
  signalReject: Action,
  signalCancel: Action,
  signalHangUp: Action
}

export interface SignalResults {
  signalInvite: SignalRoom
  signalInviteInGroup: SignalRoom
  signalAccept: SignalRoom
  signalReject: void
  signalCancel: void
  signalHangUp: void
}
