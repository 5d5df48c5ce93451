import { ImError } from '../../codes.ts'
import { conversationIDs, sessionType } from '../../model.ts'
import { appearanceOf, chatOf, groupOf, type ChatContext } from './context.ts'
import { groupPlace, keyOf, placeOf, type Place } from './place.ts'
import { newSeat } from './seat-row.ts'
import type { Seat } from './seat.ts'

/**
 * A conversation of a user by its id; `undefined`: a chat with another user in which nothing has happened yet.
 * @throws {ImError} `recordNotFound` for a conversation that is not his
 */
export async function knownConversation(
  context: ChatContext,
  userID: string,
  conversationID: string
): Promise<Seat | undefined> {
  const known = chatOf(context, userID).seats.get(conversationID)
  if (!known && (await peerIn(context, userID, conversationID)) === undefined) throw noConversation()
  return known
}

/** The same, but a chat in which nothing has happened yet is made. @throws {ImError} `recordNotFound` */
export async function conversationOf(
  context: ChatContext,
  userID: string,
  conversationID: string
): Promise<Seat> {
  const known = chatOf(context, userID).seats.get(conversationID)
  if (known) return known
  const peer = await peerIn(context, userID, conversationID)
  if (peer === undefined) throw noConversation()
  return makeConversation(context, userID, { type: 1, sendID: userID, recvID: peer })
}

const noConversation = (): ImError => new ImError('recordNotFound', 'there is no such conversation')

/** The other side of a single chat, by its id, if there is such a user. */
async function peerIn(
  context: ChatContext,
  userID: string,
  conversationID: string
): Promise<string | undefined> {
  const peers = peersIn(conversationID, userID)
  const known = peers.length ? await context.people().users(peers) : undefined
  return peers.find(peer => known?.has(peer))
}

/** Who the other side of a single chat may be, by its id. */
function peersIn(conversationID: string, userID: string): readonly string[] {
  if (!conversationID.startsWith('si_')) return []
  const pair = conversationID.slice('si_'.length)
  const peers = [
    pair.startsWith(`${userID}_`) ? pair.slice(userID.length + 1) : '',
    pair.endsWith(`_${userID}`) ? pair.slice(0, -userID.length - 1) : ''
  ]
  return peers.filter(peer => peer && conversationIDs.single(userID, peer) === conversationID)
}

/** Makes a conversation of a user unless he has it. */
export async function makeConversation(context: ChatContext, userID: string, place: Place): Promise<Seat> {
  const appearance = await appearanceOf(context, userID, place)
  await context.turns.change(async turn => {
    if (await turn.seat(userID, place)) return
    const numbers = await turn.thread(keyOf(place))
    await turn.knowLatest(keyOf(place))
    const start = { hasReadSeq: numbers?.maxSeq ?? 0, readCounted: numbers?.counted ?? 0 }
    turn.put({ ...newSeat(userID, place), ...start }, place, appearance)
  })
  const seat = chatOf(context, userID).seatAt(place)
  if (!seat) throw new ImError('internal')
  return seat
}

/** The place that a user means by a source and a session type. Groups are found under both of their numbers. */
export async function placeFrom(
  context: ChatContext,
  userID: string,
  { sourceID, sessionType: type }: { readonly sourceID: string; readonly sessionType: number }
): Promise<Place> {
  const isGroup = type === sessionType.group || type === sessionType.superGroup
  const group = isGroup ? await groupOf(context, sourceID) : undefined
  return group ? groupPlace(group) : placeOf(userID, type, sourceID)
}
