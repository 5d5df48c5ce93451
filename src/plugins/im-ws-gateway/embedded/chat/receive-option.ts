import type { DeliverOptions } from '../../user-core.ts'
import { tellConversations, tellTotal } from './announce.ts'
import type { ChatContext } from './context.ts'

/** `globalRecvMsgOpt` of a user who wants to receive no messages. What 2, to be notified of none, does is for clients. */
export const receiveNothing = 1

/**
 * Lets memory follow what a user has chosen for all of his conversations. When he wants to receive messages again, he is
 * told how his list is now.
 */
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
    const seats = [...user.seats.values()]
    for (const seat of seats) user.recount(seat)
    const listed = receivesNothing ? [] : seats.filter(seat => seat.isListed)
    if (listed.length) tellConversations(user, listed, options?.cause)
    else tellTotal(user, options)
  })
}
