import { Type } from 'typebox'
import { parseIf } from '../node-message.ts'
import type { Revoked } from './revocation-rows.ts'

const UserID = Type.String({ minLength: 1, maxLength: 256 })
const Moment = Type.Integer({ minimum: 0, maximum: 8.64e15 })
const Message = Type.Object({
  kicks: Type.Array(
    Type.Object({ userID: UserID, digest: Type.String({ maxLength: 64 }), expiresAt: Moment }),
    {
      maxItems: 1
    }
  ),
  cutOffs: Type.Array(Type.Object({ userID: UserID, platformID: Type.Integer(), until: Moment }), {
    maxItems: 1
  })
})
const maxCharacters = 4_096

/** Reads what another node says that it has revoked. @returns `undefined` for what no node would send */
export function readRevoked(text: string): Revoked | undefined {
  return text.length > maxCharacters ? undefined : parseIf(Message, text)
}
