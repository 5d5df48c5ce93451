import type {
  Following,
  LogEntry,
  LogLoss,
  LogPosition,
  SharedLog
} from '../../../src/plugins/state/service.ts'

/** Somebody who follows a log, and what came. */
export interface LogReader {
  readonly following: Following
  readonly begun: LogPosition[]
  readonly entries: LogEntry[]
  readonly losses: LogLoss[]
  /** All of it, in order: places where it begins, entries, losses. */
  readonly came: (LogPosition | LogEntry | LogLoss)[]
  /** The entries, once there are so many. */
  until(count: number): Promise<LogEntry[]>
}

export function logReader(log: SharedLog, from: 'now' | 'start' = 'now'): LogReader {
  const came: LogReader['came'] = []
  const begun: LogPosition[] = []
  const entries: LogEntry[] = []
  const losses: LogLoss[] = []
  let wake = (): void => undefined
  const into =
    <T extends LogReader['came'][number]>(list: T[]) =>
    (item: T): void => {
      list.push(item)
      came.push(item)
      wake()
    }
  const following = log.follow({ begin: into(begun), entry: into(entries), lost: into(losses) }, { from })
  return {
    following,
    begun,
    entries,
    losses,
    came,
    async until(count) {
      while (entries.length < count) await new Promise<void>(resolve => (wake = resolve))
      return entries
    }
  }
}
