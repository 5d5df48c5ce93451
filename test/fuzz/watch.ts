import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Ready } from './fuzz.ts'

/** How long one input may take, in milliseconds, before the process is ended. */
const limitMs = 60_000
const room = 1_048_576

/** Notes each input before it is tried, and has another thread end the process over one that takes too long. */
export function watched(): { around(check: Ready['check']): Ready['check']; stop(): Promise<void> } {
  const shared = new SharedArrayBuffer(8 + room)
  const [turn, length] = [new Int32Array(shared, 0, 1), new Int32Array(shared, 4, 1)]
  const copy = new Uint8Array(shared, 8)
  const file = join(tmpdir(), `fuzz-hangs-${process.pid}`)
  const worker = new Worker(new URL('watchdog.js', import.meta.url), {
    workerData: { shared, limitMs, file }
  })
  worker.unref()
  let count = 0
  return {
    around: check => async input => {
      copy.set(input.subarray(0, room))
      Atomics.store(length, 0, Math.min(room, input.length))
      Atomics.store(turn, 0, ++count & 0x3fff_ffff || 1)
      try {
        await check(input)
      } finally {
        Atomics.store(turn, 0, 0)
      }
    },
    stop: async () => void (await worker.terminate())
  }
}
