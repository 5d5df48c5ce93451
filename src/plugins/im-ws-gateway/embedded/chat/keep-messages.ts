import type { Message } from '../../model.ts'
import { numberMessages } from './number-messages.ts'
import type { OutgoingMessage } from './outgoing-message.ts'
import { keyOf } from './place.ts'
import { messageOf } from './stored-message.ts'
import type { Turn } from './turn.ts'

export interface Kept {
  readonly message: Message
  /** There was one with its `clientMsgID` already, of the same sender: this one. Nothing was kept. */
  readonly isRepeated: boolean
  /** Where that one stands. */
  readonly thread: string
}

/**
 * Keeps messages in their conversations, numbered in the order in which they are given: with one statement for their
 * numbers and one for their rows, however many they are. Of those with the same `clientMsgID` the first is kept.
 * @param isCareful asks whether there are such messages already; without it the database refuses all
 */
export async function keepMessages(
  turn: Turn,
  given: readonly OutgoingMessage[],
  isCareful: boolean
): Promise<readonly Kept[]> {
  const before = isCareful ? await keptBefore(turn, given) : undefined
  const fresh = new Map<string, OutgoingMessage>()
  for (const outgoing of given) {
    const id = idOf(outgoing.message)
    if (!before?.has(id) && !fresh.has(id)) fresh.set(id, outgoing)
  }
  const messages = fresh.size ? await numberMessages(turn, [...fresh.values()]) : undefined
  return given.map(outgoing => {
    const id = idOf(outgoing.message)
    const repeated = before?.get(id)
    if (repeated) return repeated
    const first = fresh.get(id) ?? outgoing
    const message = messages?.get(first) ?? first.message
    return { message, isRepeated: first !== outgoing, thread: keyOf(first.place) }
  })
}

function idOf({ clientMsgID, sendID }: Pick<Message, 'clientMsgID' | 'sendID'>): string {
  return `${clientMsgID}\n${sendID}`
}

async function keptBefore(
  { db }: Turn,
  given: readonly OutgoingMessage[]
): Promise<ReadonlyMap<string, Kept>> {
  const ids = given.map(({ message }) => message.clientMsgID)
  const rows = await db.selectFrom('im_chat_messages').selectAll().where('clientMsgID', 'in', ids).execute()
  return new Map(
    rows.map(row => [idOf(row), { message: messageOf(row), isRepeated: true, thread: row.thread }])
  )
}
