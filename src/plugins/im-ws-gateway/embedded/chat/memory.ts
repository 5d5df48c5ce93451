import type { Place } from './place.ts'
import type { Seat } from './seat.ts'
import type { Thread } from './thread.ts'
import type { UserChat } from './user-chat.ts'

/** What is kept in memory of conversations: those of users whose core is open. It follows the database's commits. */
export class Memory {
  readonly users = new Map<string, UserChat>()
  readonly threads = new Map<string, Thread>()
  /** Users who were told something since this was emptied last. */
  readonly told = new Set<UserChat>()
  /** The position of what happened last. */
  position = 0

  /** A user is being told of what happened last. */
  noteTold(user: UserChat): void {
    user.toldAt = this.position
    this.told.add(user)
  }

  seat(userID: string, place: Place): Seat | undefined {
    return this.users.get(userID)?.seatAt(place)
  }

  /** Forgets a user, and the conversations that nobody else has. */
  remove(user: UserChat): void {
    if (this.users.get(user.userID) === user) this.users.delete(user.userID)
    for (const seat of user.seats.values()) {
      seat.thread.seats.delete(seat)
      const isForgotten = !seat.thread.seats.size && this.threads.get(seat.thread.key) === seat.thread
      if (isForgotten) this.threads.delete(seat.thread.key)
    }
    user.seats.clear()
    this.told.delete(user)
  }
}
