import { ApiError } from '../../../src/plugins/api-error/service.ts'
import { Certificates } from '../../../src/plugins/sign-bridge/certificates.ts'
import type { Signed } from '../../../src/plugins/sign-bridge/job.ts'
import type { Device } from '../../../src/plugins/sign-bridge/device.ts'
import { PinGuard } from '../../../src/plugins/sign-bridge/pin-guard.ts'
import { openRows, type PinRows } from '../../../src/plugins/sign-bridge/pin-guard-rows.ts'
import { keyedDigest } from '../../../src/plugins/sign-bridge/secret.ts'
import { SqliteDatabase } from '../../../src/plugins/database/sqlite-database.ts'
import { SignPool, type PoolOptions, type PoolSettings } from '../../../src/plugins/sign-bridge/pool.ts'
import { createCardKey } from '../../../src/plugins/sign-simulator/card-key.ts'
import { SimulatedControl, type ControlOptions } from '../../../src/plugins/sign-simulator/control.ts'
import type { SignEvent } from '../../../src/plugins/sign-bridge/events.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'
import { MemoryLine } from './memory-line.ts'

export const pin = '88888888'
export const guardSecret = 'a secret for tests'
/** Two cards for all tests: making a key takes long. */
export const [cardKey, otherCardKey] = await Promise.all([createCardKey(), createCardKey()])

export const settings: PoolSettings = {
  handshake: 'lenient',
  handshakeTimeoutMs: 2_000,
  timeoutMs: 30_000,
  recycleAfterMs: 30_000,
  bareReplies: true,
  reconnectMinMs: 250,
  reconnectMaxMs: 15_000,
  deadlineMs: 90_000,
  connectWaitMs: 3_000,
  maxQueued: 10,
  pingIntervalMs: 15_000,
  minGapMs: 0,
  adaptiveTimeout: false,
  timeoutsUntilDown: 3,
  checkCards: false
}

export interface RigOptions {
  readonly settings?: Partial<PoolSettings>
  /** One control each. */
  readonly controls?: readonly Partial<ControlOptions>[]
  readonly certNos?: readonly string[]
  /** Where a PIN guard keeps its rows. Default: there is no guard. */
  readonly rows?: PinRows
  /** Hears how long each request that was sent has taken. */
  readonly passed?: PoolOptions['passed']
  /** Whether to wait until the devices are ready. Default: yes. */
  readonly start?: boolean
}

export interface Rig {
  readonly clock: FakeClock
  readonly pool: SignPool
  readonly certificates: Certificates
  readonly controls: readonly SimulatedControl[]
  readonly lines: readonly MemoryLine[]
  /** The first device, control and line. */
  readonly device: Device
  readonly control: SimulatedControl
  readonly line: MemoryLine
  /** Fails without `rows`. */
  readonly guard: PinGuard
  /** What was told of devices. */
  readonly events: readonly SignEvent[]
  sign(text: string, signal?: AbortSignal): Promise<Signed<Device>>
}

/** A pool over simulated controls, with a clock that stands still and no sockets. */
export async function makeRig(options: RigOptions = {}): Promise<Rig> {
  const clock = fakeClock()
  const events: SignEvent[] = []
  const controls = (options.controls ?? [{}]).map(
    one => new SimulatedControl({ key: cardKey, clock, ...one })
  )
  const lines = controls.map(control => new MemoryLine(control, clock))
  const { rows } = options
  const tell = (event: SignEvent): void => void events.push(event)
  const digest = keyedDigest(guardSecret)
  const limits = { clock, tell, digest, unclearPinLimit: 2, attemptMs: 35_000 }
  const guard = rows && new PinGuard({ ...limits, rows }, () => pool.devices)
  const pool: SignPool = new SignPool({
    places: lines.map((line, index) => ({
      name: `device-${index + 1}`,
      address: `card-${index + 1}:61232`,
      certNo: options.certNos?.[index] ?? '',
      connect: line.connect
    })),
    settings: { ...settings, ...options.settings },
    clock,
    random: () => 0.5,
    tell,
    gate: guard,
    passed: options.passed,
    defer: queueMicrotask
  })
  if (options.start !== false) await clock.advance(0)
  const [device, control, line] = [pool.devices.at(0)!, controls.at(0)!, lines.at(0)!]
  return {
    clock,
    pool,
    certificates: new Certificates(pool.devices, clock),
    controls,
    lines,
    device,
    control,
    line,
    events,
    guard: guard!,
    sign: (data, signal) => pool.sign({ data, pin, ...(signal && { signal }) })
  }
}

/** Rows of a guard in a file, over a connection that nothing else uses. */
export async function guardRows(file: string): Promise<PinRows> {
  return openRows(await SqliteDatabase.connect(file, 1_000))
}

/** `signed`, or the key of the failure. */
export async function outcome(promise: Promise<unknown>): Promise<string> {
  const error = await failure(promise)
  return error instanceof ApiError ? error.entry.key : 'signed'
}

/** What a promise rejects with; `undefined` when it does not. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
    return undefined
  } catch (error) {
    return error
  }
}
