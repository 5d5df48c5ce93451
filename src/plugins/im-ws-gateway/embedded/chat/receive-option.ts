import type { DeliverOptions } from '../../user-core.ts'
import { tellTotal } from './announce.ts'
import type { ChatContext } from './context.ts'

/** `globalRecvMsgOpt` of a user who wants to receive no messages. What 2, to be notified of none, does is for clients. */
export const receiveNothing = 1

/** Lets memory follow what a user has chosen for all of his conversations: with it his total may change. */
export function followReceiveOption(
  { memory, people, turns }: ChatContext,
  userID: string,
  options?: DeliverOptions
): Promise<void> {
  return turns.between(async () => {
    const receivesNothing = (await people().user(userID))?.globalRecvMsgOpt === receiveNothing
    const user = memory.users.get(userID)
    if (!user || user.receivesNothing === receivesNothing) return
    user.receivesNothing = receivesNothing
    for (const seat of user.seats.values()) user.recount(seat)
    tellTotal(user, options)
  })
}
