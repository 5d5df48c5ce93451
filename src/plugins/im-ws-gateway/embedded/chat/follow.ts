import type { Message } from '../../model.ts'
import type { Memory } from './memory.ts'
import { Seat } from './seat.ts'
import { silentThread, Thread } from './thread.ts'
import { readAt } from './stored-message.ts'
import type { Reading, Turn } from './turn.ts'

/** Lets memory follow a turn that was committed. */
export function follow(turn: Turn, memory: Memory): void {
  memory.position = turn.position
  for (const [key, numbers] of turn.threads) {
    const thread = memory.threads.get(key)
    if (thread) thread.numbers = numbers
  }
  const before = new Map<string, Message | undefined>()
  for (const [key, message] of turn.latest) {
    const thread = memory.threads.get(key)
    if (!thread) continue
    before.set(key, thread.latest)
    thread.latest = message
  }
  for (const [key, messages] of turn.revised) revise(memory.threads.get(key), messages)
  for (const [key, { row, place }] of turn.seats) {
    const user = memory.users.get(row.userID)
    if (!user) continue
    const seat = user.seatAt(place)
    if (seat) {
      const leaves = row.hasLeft && !seat.row.hasLeft
      seat.row = row
      if (turn.ownLatest.has(key)) seat.setOwnLatest(turn.ownLatest.get(key))
      if (leaves) seat.freeze([seat.thread.latest, before.get(row.thread)])
    } else {
      const appearance = turn.appearances.get(key) ?? { showName: row.sourceID, faceURL: '' }
      user.add(new Seat(user, threadIn(memory, turn, row.thread), row, appearance))
    }
  }
  for (const [key, readings] of turn.reads)
    for (const reading of readings) read(memory.threads.get(key), reading)
  for (const key of turn.completed) {
    const thread = memory.threads.get(key)
    if (thread) thread.isComplete = true
  }
}

function revise(thread: Thread | undefined, messages: readonly Message[]): void {
  if (!thread) return
  for (const message of messages) {
    if (thread.latest?.seq === message.seq) thread.latest = message
    for (const seat of thread.seats) seat.reviseLatest(own => (isSame(own, message) ? message : own))
  }
}

function isSame(one: Message, other: Message): boolean {
  return one.clientMsgID === other.clientMsgID && one.seq === other.seq
}

/** Those who have a message at hand as the latest one see when it was read. */
function read(thread: Thread | undefined, { after, upTo, sendID, at }: Reading): void {
  if (!thread) return
  const seen = (message: Message): Message =>
    message.sendID === sendID && message.seq > after && message.seq <= upTo ? readAt(message, at) : message
  if (thread.latest) thread.latest = seen(thread.latest)
  for (const seat of thread.seats) seat.reviseLatest(seen)
}

function threadIn(memory: Memory, turn: Turn, key: string): Thread {
  const kept = memory.threads.get(key)
  if (kept) return kept
  const thread = new Thread(key, turn.threads.get(key) ?? silentThread(key), turn.latest.get(key))
  memory.threads.set(key, thread)
  return thread
}
