import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/index.ts'
import type { Tell } from './events.ts'
import { post } from './webhook-post.ts'

/** Reader reset failed, reader cannot be opened: what a restart of the control mends (e-port control 1.5). */
const mended = new Set(['Err:Custom50070', 'Err:Custom50200'])
const timeoutMs = 10_000

export interface RestartHookOptions {
  readonly url: string
  /** Least time between two calls for one device. */
  readonly minIntervalMs: number
  /** Host and port of a device. */
  readonly addressOf: (device: string) => string
  readonly clock: Clock
  readonly tell: Tell
}

/**
 * Asks for a restart of a control whose reader fails, by POST of `{device, address, code}`: somebody on its PC does it.
 * Once for each fault, and rarely; it tells what came of that. There is no command to run in its place: the gateway
 * stands on another machine, and a process that it starts would inherit its environment, secrets included.
 */
export function restartHook({ url, minIntervalMs, addressOf, clock, tell }: RestartHookOptions): Tell {
  const calledAt = new Map<string, number>()

  const call = async (device: string, code: string): Promise<void> => {
    const body = JSON.stringify({ device, address: addressOf(device), code })
    const delivery = await post({ id: randomUUID(), body }, { url, timeoutMs, clock }, new AbortController())
    if (delivery.delivered)
      tell({
        kind: 'restart-requested',
        device,
        message: `${device}: a restart was requested after ${code}`,
        code
      })
    else
      tell({
        kind: 'restart-failed',
        device,
        message: `${device}: a restart could not be requested after ${code}: ${delivery.because}`,
        code
      })
  }

  return ({ kind, device, code }) => {
    if (kind !== 'reader-fault' || code === undefined || !mended.has(code)) return
    const now = clock.monotonic()
    if (now - (calledAt.get(device) ?? -Infinity) < minIntervalMs) return
    calledAt.set(device, now)
    void call(device, code)
  }
}
