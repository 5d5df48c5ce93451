import type { ThreadRow } from './rows.ts'
import type { Turn } from './turn.ts'

/** Rows in one statement. */
const rowsPerStatement = 500

/**
 * Moves conversations on, or begins them. `maxSeq` and `counted` are how many messages come, `latestSeq`, `atAllSeq`
 * and `announcedSeq` which of them, counted from 1; 0: none.
 * @returns how the conversations are then
 */
export async function moveThreads(
  turn: Turn,
  moves: readonly ThreadRow[]
): Promise<ReadonlyMap<string, ThreadRow>> {
  const moved = new Map<string, ThreadRow>()
  for (let at = 0; at < moves.length; at += rowsPerStatement)
    for (const row of await move(turn, moves.slice(at, at + rowsPerStatement))) {
      turn.threads.set(row.key, row)
      moved.set(row.key, row)
    }
  return moved
}

function move({ db }: Turn, moves: readonly ThreadRow[]): Promise<ThreadRow[]> {
  return db
    .insertInto('im_chat_threads')
    .values(moves)
    .onConflict(on =>
      on.column('key').doUpdateSet(eb => {
        const end = eb.ref('im_chat_threads.maxSeq')
        const lastOf = (name: 'latestSeq' | 'atAllSeq' | 'announcedSeq') =>
          eb
            .case()
            .when(eb.ref(`excluded.${name}`), '>', 0)
            .then(eb(end, '+', eb.ref(`excluded.${name}`)))
            .else(eb.ref(`im_chat_threads.${name}`))
            .end()
        return {
          maxSeq: eb(end, '+', eb.ref('excluded.maxSeq')),
          latestSeq: lastOf('latestSeq'),
          counted: eb('im_chat_threads.counted', '+', eb.ref('excluded.counted')),
          position: eb.ref('excluded.position'),
          atAllSeq: lastOf('atAllSeq'),
          announcedSeq: lastOf('announcedSeq')
        }
      })
    )
    .returningAll()
    .execute()
}
