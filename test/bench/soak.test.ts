import { XMLValidator } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import { judge } from '../../bench/figures.ts'
import { faults } from '../../bench/soak/faults.ts'
import { Ledger } from '../../bench/soak/ledger.ts'
import { plot } from '../../bench/soak/plot.ts'
import type { Result } from '../../bench/soak/run.ts'
import type { Strike } from '../../bench/soak/schedule.ts'
import { figuresOf, groupsOf, passed } from '../../bench/soak/verdict.ts'
import type { Recorded } from '../../bench/soak/watch.ts'

const seconds = 600
const look = (index: number, more: Partial<Recorded> = {}): Recorded => ({
  atMs: (index + 1) * 6_000,
  everyMs: 6_000,
  heapBytes: 60e6,
  codeBytes: 2e6,
  rssBytes: 200e6,
  handles: { TCPSocketWrap: 50, Timeout: 9 },
  lagP99Ms: 12,
  ownLagP99Ms: 12,
  waitShare: 0.1,
  cpuS: index,
  streams: 40,
  sockets: 21,
  inFlight: 3,
  perSecond: 60,
  failures: 0,
  failed: {},
  ...more
})
const strike = (name: string, beganMs: number, endedMs: number): Strike => {
  const fault = faults.find(each => each.name === name)
  if (!fault) throw new Error(`no fault is called ${name}`)
  return { name, beganMs, endedMs, fault }
}

/** A run in which nothing happened but what is given. */
function resultOf(more: Partial<Result> = {}): Result {
  const ledger = new Ledger(() => 0)
  ledger.did('sign')
  const atRest = {
    ...look(0),
    handles: { TCPSocketWrap: 6, Timeout: 3 },
    streams: 0,
    sockets: 0,
    inFlight: 0
  }
  return {
    seconds,
    hasRedis: true,
    records: Array.from({ length: 100 }, (_, index) => look(index)),
    strikes: [],
    ledger,
    before: atRest,
    after: atRest,
    exitCode: 0,
    leaks: 0,
    auditIntact: true,
    checks: [],
    ...more
  }
}

function ledgerWith(load: string, kind: string, beganMs: number, endedMs: number): Ledger {
  const ledger = new Ledger(() => endedMs)
  ledger.failed(load, kind, beganMs, 'POST /somewhere')
  return ledger
}

const failing = (result: Result): readonly string[] =>
  figuresOf(result, groupsOf(result))
    .filter(figure => judge(figure) === 'FAIL')
    .map(({ name }) => name)

test('a run with nothing wrong passes', () => {
  const result = resultOf()
  expect(failing(result)).toEqual([])
  expect(passed(figuresOf(result, groupsOf(result)))).toBe(true)
})

test('a failure is owed to a fault that was in force, or to what it left behind, and to no other', () => {
  const strikes = [strike('upstream hangs', 10_000, 18_000), strike('SIGHUP', 100_000, 101_000)]
  const reason = (...failure: Parameters<typeof ledgerWith>): string | undefined =>
    groupsOf(resultOf({ strikes, ledger: ledgerWith(...failure) }))[0]?.reason
  expect(reason('portal', 'upstream.timeout', 12_000, 13_500)).toBe('upstream hangs')
  expect(reason('portal', 'circuit.open', 20_000, 20_001)).toBe('upstream hangs')
  expect(reason('portal', 'circuit.open', 30_000, 30_001)).toBeUndefined()
  expect(reason('portal', 'upstream.timeout', 8_000, 9_999)).toBeUndefined()
  expect(reason('portal', 'internal', 12_000, 13_500)).toBeUndefined()
  expect(reason('chat', 'ECONNRESET', 100_500, 100_600)).toBeUndefined()
})

test('a machine that is busy explains refusals for want of time, and nothing else', () => {
  const records = [look(0), look(1, { waitShare: 0.6 }), look(2)]
  const reason = (kind: string): string | undefined =>
    groupsOf(resultOf({ records, ledger: ledgerWith('sign', kind, 7_000, 9_000) }))[0]?.reason
  expect(reason('sign.queue_full')).toBe('the machine was busy')
  expect(reason('signature of another text')).toBeUndefined()
})

test('a failure without a reason, a heap that grows, and what is left fail a run', () => {
  const { before } = resultOf()
  const ledger = ledgerWith('sign', 'signature of another text', 1, 2)
  expect(failing(resultOf({ ledger }))).toEqual(['failures without a reason', 'wrong answers'])
  const busy = Array.from({ length: 100 }, (_, index) => look(index, { waitShare: 0.9 }))
  expect(failing(resultOf({ ledger, records: busy }))).toEqual(['wrong answers'])
  const records = Array.from({ length: 100 }, (_, index) => look(index, { heapBytes: 60e6 + index * 1e5 }))
  expect(failing(resultOf({ records }))).toEqual([
    'heap after a collection, without compiled code, first to last quarter'
  ])
  expect(failing(resultOf({ records, seconds: 60 }))).toEqual([])
  const left = { ...before, handles: { TCPSocketWrap: 7 }, sockets: 1 }
  expect(failing(resultOf({ after: left }))).toEqual([
    'handles more than before',
    'streams, sockets and requests left'
  ])
  expect(failing(resultOf({ auditIntact: false, leaks: 1, exitCode: 1 }))).toHaveLength(3)
})

test('the plot is well-formed, has a curve for each series, and names the faults once', () => {
  const strikes = [strike('SIGHUP', 1_000, 2_000), strike('SIGHUP', 9_000, Infinity)]
  const svg = plot(resultOf({ strikes }), 'a <machine> & co')
  expect(XMLValidator.validate(svg)).toBe(true)
  expect(svg.match(/<polyline/g)).toHaveLength(9)
  expect(svg.match(/class="band"/g)).toHaveLength(2)
  expect(svg.match(/1 SIGHUP/g)).toHaveLength(1)
  expect(svg).not.toContain('NaN')
})
