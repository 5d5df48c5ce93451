import { judge, median, type Figure } from '../figures.ts'
import type { Failure } from './ledger.ts'
import { warmUp, type Result } from './run.ts'
import { reasonOf, type Late } from './schedule.ts'
import { handlesOf, leftOf, type Recorded } from './watch.ts'

/** Failures of one kind with one reason. */
export interface Group {
  readonly load: string
  readonly kind: string
  /** Undefined: there is none. */
  readonly reason: string | undefined
  readonly count: number
  /** What one of them was. */
  readonly example: string
}

/** Above it the machine had too much else to do: shares of the time, and milliseconds. */
const tooBusy = { waitShare: 0.25, ownLagMs: 200 }
/** A run that is shorter tells nothing of drifts: what is remembered for minutes still grows. */
const shortestToJudgeS = 300
/** What nothing excuses. */
const wrong = new Set([
  'signature of another text',
  'another signature under the same key',
  'code redeemed twice',
  'somebody else was logged in',
  'another text',
  'event missed or repeated'
])

/** All failures, by kind and reason, those without a reason first. */
export function groupsOf({ ledger, strikes, records }: Result): readonly Group[] {
  const late = lateIn(records)
  const groups = new Map<string, Group>()
  for (const failure of ledger.failures) {
    const { load, kind, detail } = failure
    const reason = reasonOf(failure, strikes, late)
    const key = JSON.stringify([load, kind, reason])
    const count = (groups.get(key)?.count ?? 0) + 1
    groups.set(key, { load, kind, reason, count, example: detail })
  }
  const rank = ({ reason, count }: Group): number => (reason === undefined ? 1e9 : 0) + count
  return [...groups.values()].toSorted((a, b) => rank(b) - rank(a))
}

/** Those of a run's failures that have no reason. */
export function unexplainedOf({ ledger, strikes, records }: Result): readonly Failure[] {
  const late = lateIn(records)
  return ledger.failures.filter(failure => reasonOf(failure, strikes, late) === undefined)
}

/** The looks before which the machine was too busy with other things. */
function lateIn(records: readonly Recorded[]): readonly Late[] {
  return records.flatMap(({ atMs, waitShare, ownLagP99Ms }, index) =>
    waitShare > tooBusy.waitShare || ownLagP99Ms > tooBusy.ownLagMs
      ? [{ beganMs: records[index - 1]?.atMs ?? 0, endedMs: atMs }]
      : []
  )
}

/** What is judged, and what is told beside it. */
export function figuresOf(result: Result, groups: readonly Group[]): readonly Figure[] {
  const { seconds, records, ledger, before, after, strikes } = result
  const warm = records.filter(({ atMs }) => atMs > seconds * 1_000 * warmUp)
  const quarter = Math.max(1, Math.floor(warm.length / 4))
  const of = (some: readonly Recorded[], read: (record: Recorded) => number): number => median(some.map(read))
  const change = (read: (record: Recorded) => number): number =>
    100 * (of(warm.slice(-quarter), read) / of(warm.slice(0, quarter), read) - 1)
  const last = warm.slice(-quarter)
  const unexplained = groups.filter(({ reason }) => reason === undefined)
  const sum = (some: readonly Group[]): number => some.reduce((total, { count }) => total + count, 0)
  const none = { atMost: 0 }
  const busyPercent = (100 * lateIn(records).length) / records.length
  return [
    { name: 'requests, messages and the like', unit: '', value: ledger.total, limit: { atLeast: 1 } },
    { name: 'a second', unit: '', value: ledger.total / seconds },
    { name: 'faults', unit: '', value: strikes.length },
    {
      name: 'heap after a collection, without compiled code, first to last quarter',
      unit: '%',
      value: change(({ heapBytes, codeBytes }) => heapBytes - codeBytes),
      ...(seconds >= shortestToJudgeS && { limit: { atMost: 5 } })
    },
    {
      name: 'all of the heap, first to last quarter',
      unit: '%',
      value: change(({ heapBytes }) => heapBytes)
    },
    {
      name: 'all of the heap in the last quarter',
      unit: 'MB',
      value: of(last, ({ heapBytes }) => heapBytes) / 1e6
    },
    {
      name: 'resident memory in the last quarter',
      unit: 'MB',
      value: of(last, ({ rssBytes }) => rssBytes) / 1e6
    },
    { name: 'resident memory, first to last quarter', unit: '%', value: change(({ rssBytes }) => rssBytes) },
    { name: 'handles more than before', unit: '', value: handlesOf(after) - handlesOf(before), limit: none },
    { name: 'streams, sockets and requests left', unit: '', value: leftOf(after), limit: none },
    { name: 'delay of the event loop, p99, median', unit: 'ms', value: of(warm, ({ lagP99Ms }) => lagP99Ms) },
    { name: 'looks at which the machine was busy', unit: '%', value: busyPercent },
    { name: 'failures owed to faults', unit: '', value: sum(groups) - sum(unexplained) },
    {
      name: 'failures without a reason',
      unit: '',
      value: sum(unexplained),
      limit: none,
      noise: { value: busyPercent, atMost: 50 }
    },
    {
      name: 'wrong answers',
      unit: '',
      value: sum(groups.filter(({ kind }) => wrong.has(kind))),
      limit: none
    },
    ...result.checks,
    { name: 'audit trail broken', unit: '', value: result.auditIntact ? 0 : 1, limit: none },
    { name: 'lines of the log with a secret', unit: '', value: result.leaks, limit: none },
    { name: 'exit code', unit: '', value: result.exitCode ?? -1, limit: none }
  ]
}

/** The failures as text, one kind a line. */
export function listOf(groups: readonly Group[]): string {
  return groups
    .map(({ load, kind, reason, count, example }) => {
      const line = `${String(count).padStart(7)}  ${load}: ${kind}`
      return reason === undefined
        ? `${line}  WITHOUT A REASON  ${example.replaceAll('\n', ' ')}`
        : `${line}  (${reason})`
    })
    .join('\n')
}

export function passed(figures: readonly Figure[]): boolean {
  return figures.every(figure => judge(figure) !== 'FAIL')
}
