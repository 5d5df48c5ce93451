import type { Message } from '../../model.ts'
import type { Memory } from './memory.ts'
import { Seat } from './seat.ts'
import { silentThread, Thread } from './thread.ts'
import type { Turn } from './turn.ts'

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
  for (const key of turn.completed) {
    const thread = memory.threads.get(key)
    if (thread) thread.isComplete = true
  }
}

function revise(thread: Thread | undefined, messages: readonly Message[]): void {
  if (!thread) return
  for (const message of messages) {
    if (thread.latest?.seq === message.seq) thread.latest = message
    for (const seat of thread.seats) seat.revise(message)
  }
}

function threadIn(memory: Memory, turn: Turn, key: string): Thread {
  const kept = memory.threads.get(key)
  if (kept) return kept
  const thread = new Thread(key, turn.threads.get(key) ?? silentThread(key), turn.latest.get(key))
  memory.threads.set(key, thread)
  return thread
}
