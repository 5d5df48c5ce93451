import type { WebSocket } from 'ws'
import type { FakeClock } from '../../../../src/testing/index.ts'
import { FileReaderOfFiles } from './file-reader.ts'
import { trackedPromise } from './tracked-promise.ts'
import { journaledWebSocket, miniProgram, type SocketJournal, type WireFrame } from './web-socket.ts'

/** Where a client believes to run. */
export type Platform = 'web' | 'mini-program'

/** What a client finds around itself in place of the globals, and what it did with that. */
export interface Surroundings {
  readonly globals: Readonly<Record<string, unknown>>
  readonly frames: readonly WireFrame[]
  readonly sockets: readonly WebSocket[]
  /** Rejections that nobody looked at, and what handlers threw. */
  readonly failures: unknown[]
  /** What it wrote to `console.error`. */
  readonly complaints: unknown[]
  /** Nothing is being opened or closed, and all that was sent on sockets that are open was answered. */
  isIdle(): boolean
  /** Calls `listener` after each frame, each end of a socket and each failure. */
  onChange(listener: () => void): void
}

/**
 * @param clock the client's timers, its time, and the heartbeat of 2.3.0, which comes from a worker every 10 s
 */
export function surroundings(platform: Platform, clock: FakeClock): Surroundings {
  const failures: unknown[] = []
  const complaints: unknown[] = []
  const listeners: (() => void)[] = []
  const journal: SocketJournal = {
    frames: [],
    sockets: [],
    failed(error) {
      failures.push(error)
      journal.changed()
    },
    changed: () => listeners.forEach(listener => listener())
  }
  const OwnWebSocket = journaledWebSocket(journal)
  const isWeb = platform === 'web'
  const globals = {
    WebSocket: isWeb ? OwnWebSocket : undefined,
    wx: isWeb ? undefined : miniProgram(OwnWebSocket),
    uni: undefined,
    window: isWeb
      ? { navigator: { onLine: true }, URL: { createObjectURL: () => 'blob:heartbeat' } }
      : undefined,
    Worker: heartbeatWorker(clock),
    FileReader: isWeb ? FileReaderOfFiles : undefined,
    Promise: trackedPromise(reason => journal.failed(reason)),
    Date: dateOf(clock),
    ...timers(clock, reason => journal.failed(reason)),
    console: { log: () => undefined, error: (...words: unknown[]) => void complaints.push(...words) }
  }
  const { frames, sockets } = journal
  return {
    globals,
    frames,
    sockets,
    failures,
    complaints,
    isIdle: () =>
      sockets.every((socket, index) =>
        isSettled(
          socket,
          frames.filter(one => one.socket === index)
        )
      ),
    onChange: listener => void listeners.push(listener)
  }
}

function isSettled({ readyState, OPEN, CLOSED }: WebSocket, frames: readonly WireFrame[]): boolean {
  if (readyState === CLOSED) return true
  if (readyState !== OPEN) return false
  const answered = new Set(frames.filter(one => one.direction === 'in').map(one => one.operationID))
  return frames.every(one => one.direction === 'in' || answered.has(one.operationID))
}

function timers(clock: FakeClock, failed: (reason: unknown) => void): object {
  const run = async (task: () => unknown): Promise<void> => {
    try {
      await task()
    } catch (error) {
      failed(error)
    }
  }
  return {
    setTimeout: (task: () => unknown, ms = 0) => clock.after(ms, () => void run(task)),
    clearTimeout: (timer?: { cancel(): void }) => timer?.cancel()
  }
}

function dateOf(clock: FakeClock): DateConstructor {
  return class extends Date {
    constructor(value: number = clock.now()) {
      super(value)
    }

    static override now(): number {
      return clock.now()
    }
  } as unknown as DateConstructor
}

function heartbeatWorker(clock: FakeClock): object {
  return class {
    onmessage: (() => void) | undefined
    #timer = clock.after(10_000, () => this.#tick())

    #tick(): void {
      this.onmessage?.()
      this.#timer = clock.after(10_000, () => this.#tick())
    }

    terminate(): void {
      this.#timer.cancel()
    }
  }
}
