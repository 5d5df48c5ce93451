import { Type, type Static } from 'typebox'
import { parseIf } from '../node-message.ts'

/** How many logins a message may hold. */
export const maxLogins = 50

const Login = Type.Object(
  {
    userID: Type.String({ minLength: 1, maxLength: 160 }),
    platformID: Type.Integer({ minimum: 1, maximum: 11 }),
    dialect: Type.Enum(['2.0', '2.3', '3']),
    digest: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'Stands for the token.' }),
    at: Type.Integer({ minimum: 1, maximum: 8.64e15 })
  },
  { additionalProperties: false }
)
const LoginMessage = Type.Object(
  {
    node: Type.String({ pattern: '^[0-9a-f]{16}$' }),
    logins: Type.Array(Login, { minItems: 1, maxItems: maxLogins })
  },
  { additionalProperties: false }
)

/** Somebody who is logged in on the node that says so. */
export type Login = Static<typeof Login>

/** What nodes tell each other: who is logged in. */
export type LoginMessage = Static<typeof LoginMessage>

/** Characters of a message of {@link maxLogins} with the longest ids, and some more. */
const maxCharacters = 65_536

/** Reads a message. @returns `undefined` for one that no node would send */
export function readLogins(text: string): LoginMessage | undefined {
  return text.length > maxCharacters ? undefined : parseIf(LoginMessage, text)
}
