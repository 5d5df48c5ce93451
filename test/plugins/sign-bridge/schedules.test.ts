import { expect, test } from 'vitest'
import type { Clock, Timer } from '../../../src/core/index.ts'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import type { Device } from '../../../src/plugins/sign-bridge/device.ts'
import type { Signed } from '../../../src/plugins/sign-bridge/job.ts'
import { PinGuard } from '../../../src/plugins/sign-bridge/pin-guard.ts'
import { SignPool, type PoolSettings } from '../../../src/plugins/sign-bridge/pool.ts'
import { settings as usual } from './rig.ts'
import { MemoryRows } from './memory-rows.ts'
import { macOf, rightPin, UnrulyDevice, type Random } from './unruly-device.ts'
import { VirtualTime } from './virtual-time.ts'

/**
 * `PAIFANG_SCHEDULES=1000000` runs more of them, from the seed `PAIFANG_FIRST_SCHEDULE` on; `PAIFANG_SCHEDULE=<seed>`
 * runs one, the one that failed.
 */
const schedules = Number(process.env['PAIFANG_SCHEDULES'] ?? 100_000)
const single = process.env['PAIFANG_SCHEDULE']

test(
  `${schedules} schedules of unruly devices: no answer crosses, no PIN leaves twice, everything settles in time`,
  { timeout: 600_000 },
  async () => {
    const totals = new Map<string, number>()
    const first = Number(single ?? process.env['PAIFANG_FIRST_SCHEDULE'] ?? 1)
    const last = single === undefined ? first + schedules - 1 : first
    for (let seed = first; seed <= last; seed++)
      try {
        for (const outcome of await runSchedule(seed)) totals.set(outcome, (totals.get(outcome) ?? 0) + 1)
      } catch (error) {
        throw new Error(`schedule ${seed} failed; run it alone with PAIFANG_SCHEDULE=${seed}`, {
          cause: error
        })
      }
    if (single !== undefined) return
    // The schedules are worth something only if all of this happens in them, and often.
    const kinds = [
      'signed',
      'timeout',
      'device_lost_after_send',
      'protocol_error',
      'device_error',
      'empty_result',
      'pin_refused',
      'pin_blocked'
    ]
    for (const kind of [
      ...kinds,
      'cert_missing',
      'device_unavailable',
      'deadline_in_queue',
      'queue_full',
      'cancelled'
    ])
      expect({ kind, often: (totals.get(kind) ?? 0) > schedules / 1_000 }).toEqual({ kind, often: true })
  }
)

test('the oracle notices a signature of another text', () => {
  expect(macOf('1', 'a')).toBe(macOf('1', 'a'))
  expect(new Set([macOf('1', 'a'), macOf('1', 'b'), macOf('2', 'a'), macOf('2', 'b')]).size).toBe(4)
})

/** One run with everything drawn from `seed`. Returns how its requests ended. */
async function runSchedule(seed: number): Promise<string[]> {
  const random = mulberry32(seed)
  const time = new VirtualTime()
  const settings = drawSettings(random)
  const faults = { rate: random() * 0.7, bare: random() < 0.4, texts: new Set<string>(), violations: [] }
  const devices = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => {
    return new UnrulyDevice(`${index + 1}c`, random, time, faults)
  })
  let lastId = 0
  const clock = new CountingClock(time)
  const guarded = random() < 0.35
  const rows = new MemoryRows()
  const digest = (_: string, part = ''): string => part
  const trustMs = [0, 20, 1_000].at(Math.floor(random() * 3))!
  const limits = { clock: time, tell: () => {}, digest, unclearPinLimit: 2, attemptMs: 45, trustMs }
  const guard = new PinGuard({ ...limits, rows }, () => pool.devices)
  let news = false
  const pool: SignPool = new SignPool({
    places: devices.map(({ certNo, connect }) => {
      return { name: certNo, address: certNo, certNo: random() < 0.3 ? certNo : '', connect }
    }),
    settings,
    clock,
    random,
    ids: () => ++lastId,
    gate: guarded ? guard : undefined,
    changed: () => void (news = guarded),
    defer: random() < 0.5 ? task => task() : task => void time.after(0, task)
  })

  const wrongPins = guarded ? random() * 0.5 : 0
  const outcomes: string[] = []
  const latest: number[] = []
  const count = 1 + Math.floor(random() * 7)
  for (let index = 0; index < count; index++) {
    const at = random() * 150
    const abortAt = random() < 0.1 ? at + random() * 60 : undefined
    const abort = abortAt === undefined ? undefined : new AbortController()
    if (abort) time.after(abortAt!, () => abort.abort())
    time.after(at, () => {
      const data = `text ${index}`
      const pin = random() < wrongPins ? `wrong ${Math.floor(random() * 3)}` : rightPin
      const signing = pool.sign({ data, pin, ...(abort && { signal: abort.signal }) })
      void noteOutcome(signing, data, outcome => {
        outcomes[index] = outcome
        for (const device of devices) device.heard(data, outcome)
      })
    })
    latest[index] = at + settings.deadlineMs + settings.timeoutMs
  }
  for (const [index, limit] of [...latest.entries()].toSorted(([, a], [, b]) => a - b)) {
    // What is promised happens between two events, as it does in a process.
    while (time.runNext(limit))
      while (rows.used || news) {
        news = rows.used = false
        await microtasks()
      }
    await microtasks()
    if (outcomes[index] === undefined) throw new Error(`request ${index} was not settled by ${limit}`)
  }
  const wrong = outcomes.find(outcome => /[^a-z_]/.test(outcome))
  if (wrong) throw new Error(wrong)
  const [violation] = faults.violations
  if (violation !== undefined) throw new Error(violation)
  await pool.close()
  if (pool.queued > 0) throw new Error('requests still wait')
  if (clock.pending > 0) throw new Error(`${clock.pending} timers are left`)
  return outcomes
}

/** Notes the reason for a failure, `signed`, or a text with blanks for whatever must not be. */
async function noteOutcome(
  signing: Promise<Signed<Device>>,
  text: string,
  note: (outcome: string) => void
): Promise<void> {
  try {
    const { sign, certNo, device } = await signing
    const right = sign === macOf(certNo, text) && device.name === certNo
    note(right ? 'signed' : `wrong answer ${sign} to ${text}`)
  } catch (error) {
    note(error instanceof ApiError ? error.entry.key.slice('sign.'.length) : `failed: ${String(error)}`)
  }
}

function drawSettings(random: Random): PoolSettings {
  const recycle = [0, 20, 40].at(Math.floor(random() * 3))!
  return {
    ...usual,
    handshake: (['strict', 'lenient', 'lenient', 'off'] as const).at(Math.floor(random() * 4))!,
    handshakeTimeoutMs: 20,
    timeoutMs: 40,
    recycleAfterMs: recycle,
    bareReplies: random() < 0.8,
    reconnectMinMs: 5,
    reconnectMaxMs: 50,
    deadlineMs: 80 + random() * 100,
    connectWaitMs: 30 + random() * 60,
    maxQueued: 1 + Math.floor(random() * 6),
    pingIntervalMs: 50,
    minGapMs: random() < 0.3 ? random() * 10 : 0,
    timeoutsUntilDown: 1 + Math.floor(random() * 3),
    checkCards: random() < 0.2
  }
}

/** Counts the timers of the pool, apart from those of the devices. */
class CountingClock implements Clock {
  pending = 0
  readonly #time: VirtualTime

  constructor(time: VirtualTime) {
    this.#time = time
  }

  now(): number {
    return this.#time.now()
  }

  monotonic(): number {
    return this.#time.monotonic()
  }

  after(delayMs: number, task: () => void): Timer {
    let open = true
    const done = (): void => {
      if (open) this.pending--
      open = false
    }
    this.pending++
    const timer = this.#time.after(delayMs, () => {
      done()
      task()
    })
    return {
      cancel: () => {
        done()
        timer.cancel()
      }
    }
  }
}

async function microtasks(): Promise<void> {
  for (let count = 0; count < 16; count++) await Promise.resolve()
}

function mulberry32(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
