import { conversationMethods } from './conversations.ts'
import { friendMethods } from './friends.ts'
import { groupMethods } from './groups.ts'
import { messageMethods } from './messages.ts'
import type { Method } from './method.ts'
import { signalMethods } from './signals.ts'
import { userMethods } from './users.ts'

/** All methods of all clients, by name (specification §3). */
export const methods: ReadonlyMap<string, Method> = new Map(
  [
    ...userMethods,
    ...friendMethods,
    ...groupMethods,
    ...conversationMethods,
    ...messageMethods,
    ...signalMethods
  ].map(method => [method.name, method])
)
