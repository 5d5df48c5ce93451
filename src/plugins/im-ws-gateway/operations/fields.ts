import { Type } from 'typebox'

/** An id of a user, a group, a conversation or a message. */
export const Id = Type.String({ minLength: 1, maxLength: 160 })
/** One that may be left out as an empty string. */
export const IdOrNone = Type.String({ maxLength: 160 })
export const Ids = Type.Array(Id, { maxItems: 1_000 })
export const Note = Type.String({ maxLength: 1_024 })
export const Ex = Type.String({ maxLength: 8_192 })
export const Url = Type.String({ maxLength: 2_048 })
export const Name = Type.String({ maxLength: 256 })
export const Count = Type.Integer({ minimum: 0, maximum: 1_000 })
export const Offset = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
export const Millis = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
export const Keywords = Type.Array(Type.String({ maxLength: 256 }), { maxItems: 20 })
/** 0 normal, 1 receive nothing, 2 receive without notification. */
export const RecvMsgOpt = Type.Integer({ minimum: 0, maximum: 2 })
export const None = Type.Object({})
