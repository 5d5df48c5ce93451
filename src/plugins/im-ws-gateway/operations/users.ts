import { Type } from 'typebox'
import type { User, UserCard, UserStatus } from '../model.ts'
import { Ex, IdOrNone, Ids, Name, None, RecvMsgOpt, Url } from './fields.ts'

/** Arguments of what concerns users. */
export const userOperations = {
  getSelf: None,
  setSelf: Type.Object({
    nickname: Type.Optional(Name),
    faceURL: Type.Optional(Url),
    ex: Type.Optional(Ex),
    globalRecvMsgOpt: Type.Optional(RecvMsgOpt),
    gender: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
    phoneNumber: Type.Optional(Type.String({ maxLength: 64 })),
    /** Seconds since the epoch, as far as dates go. */
    birth: Type.Optional(Type.Integer({ minimum: -8_640_000_000_000, maximum: 8_640_000_000_000 })),
    email: Type.Optional(Type.String({ maxLength: 256 }))
  }),
  getUsers: Type.Object({ userIDList: Ids, groupID: Type.Optional(IdOrNone) }),
  subscribeUsersStatus: Type.Object({ userIDList: Ids }),
  unsubscribeUsersStatus: Type.Object({ userIDList: Ids }),
  getSubscribedUsersStatus: None,
  setGlobalRecvMessageOpt: Type.Object({ opt: RecvMsgOpt })
}

export interface UserResults {
  getSelf: User
  setSelf: void
  getUsers: readonly UserCard[]
  subscribeUsersStatus: readonly UserStatus[]
  unsubscribeUsersStatus: void
  getSubscribedUsersStatus: readonly UserStatus[]
  setGlobalRecvMessageOpt: void
}
