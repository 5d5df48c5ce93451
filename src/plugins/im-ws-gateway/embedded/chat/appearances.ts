import type { Chat } from '../contracts.ts'
import { appearanceOf, type ChatContext } from './context.ts'
import { keyOf } from './place.ts'
import type { Seat } from './seat.ts'

/** Tells those whose conversations show a name or a face that has changed. */
export async function showAppearance(
  context: ChatContext,
  source: Parameters<Chat['appearanceChanged']>[0],
  viewers: readonly string[] | undefined
): Promise<void> {
  const seats =
    'groupID' in source ? seatsOfGroup(context, source.groupID) : seatsWith(context, source.userID)
  const wanted = viewers && new Set(viewers)
  for (const seat of seats) {
    if (wanted && !wanted.has(seat.user.userID)) continue
    const { showName, faceURL } = await appearanceOf(context, seat.user.userID, seat.place)
    if (showName === seat.appearance.showName && faceURL === seat.appearance.faceURL) continue
    seat.appearance = { showName, faceURL }
    const isGone = context.memory.users.get(seat.user.userID) !== seat.user
    if (!isGone && seat.isListed)
      seat.user.tell({ kind: 'conversationsChanged', conversations: [seat.toConversation()] })
  }
}

function seatsOfGroup({ memory }: ChatContext, groupID: string): readonly Seat[] {
  return [...(memory.threads.get(keyOf({ type: 3, groupID }))?.seats ?? [])]
}

function seatsWith({ memory }: ChatContext, userID: string): readonly Seat[] {
  return [...memory.users.values()].flatMap(user => [
    ...(user.singleWith(userID) ? [user.singleWith(userID) as Seat] : []),
    ...(user.notificationsOf(userID) ? [user.notificationsOf(userID) as Seat] : [])
  ])
}
