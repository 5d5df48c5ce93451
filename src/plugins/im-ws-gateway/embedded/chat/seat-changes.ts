import type { Device } from '../../user-core.ts'
import type { ChatContext } from './context.ts'
import type { Seat } from './seat.ts'
import type { SeatRow, ThreadRow } from './rows.ts'
import { silentThread } from './thread.ts'
import type { Turn } from './turn.ts'

/** What becomes of a row, given the numbers of its conversation and the time. The same row: nothing. */
export type SeatChange = (row: SeatRow, numbers: ThreadRow, turn: Turn) => SeatRow | Promise<SeatRow>

/** Changes conversations of a user; all of his devices hear of those that became others. */
export async function changeSeats(
  context: ChatContext,
  seats: readonly Seat[],
  device: Device | undefined,
  change: SeatChange
): Promise<void> {
  if (!seats.length) return
  await context.turns.change(async turn => {
    for (const { user, place, thread } of seats) {
      const row = await turn.seat(user.userID, place)
      if (!row) continue
      const numbers = (await turn.thread(thread.key)) ?? silentThread(thread.key)
      const changed = await change(row, numbers, turn)
      if (changed === row) continue
      turn.put(changed, place)
      turn.news.push({ what: 'seat', userID: user.userID, place, cause: device })
    }
  })
}
