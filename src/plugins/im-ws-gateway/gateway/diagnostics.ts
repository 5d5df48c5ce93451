import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeHeapSnapshot } from 'node:v8'
import type { Connection } from './connection.ts'
import type { Session } from './session.ts'

/** A user who is connected. */
export interface UserSummary {
  readonly userID: string
  readonly connections: number
  /** Platform ids, each once. */
  readonly platforms: readonly number[]
}

/** A connection, and what waits for it. */
export interface QueueSummary {
  readonly userID: string
  readonly platformID: number
  readonly dialect: string
  readonly queuedBytes: number
  readonly waitingRequests: number
}

/** A page of the users, in the order in which they came. */
export function usersOf(
  sessions: Iterable<Session<Connection>>,
  offset: number,
  limit: number
): UserSummary[] {
  const page: UserSummary[] = []
  let at = 0
  for (const { userID, members } of sessions) {
    if (at++ < offset) continue
    if (page.length === limit) break
    const platforms = new Set([...members].map(({ platformID }) => platformID))
    page.push({ userID, connections: members.size, platforms: [...platforms] })
  }
  return page
}

/** The connections for which something waits, the longest queues first. */
export function longestQueues(connections: Iterable<Connection>, limit: number): QueueSummary[] {
  const all: QueueSummary[] = []
  for (const { userID, platformID, dialect, outbox, queue } of connections)
    if (outbox.queuedBytes > 0 || queue.waiting > 0)
      all.push({
        userID,
        platformID,
        dialect,
        queuedBytes: outbox.queuedBytes,
        waitingRequests: queue.waiting
      })
  return all.toSorted((a, b) => b.queuedBytes - a.queuedBytes).slice(0, limit)
}

/**
 * Writes all that is in memory to a file in a directory that only this account may enter. The process stands still
 * meanwhile: about a second for each 100 MB.
 * @returns its path
 */
export async function heapSnapshot(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'paifang-heap-'))
  return writeHeapSnapshot(join(directory, `${process.pid}.heapsnapshot`))
}
