import type { Clock } from '../../core/index.ts'
import type { Device } from './device.ts'
import type { SignJob } from './job.ts'

/** When a request that was sent to a card passed what. Milliseconds of the monotonic clock. */
export interface Passage {
  readonly device: string
  readonly queuedAt: number
  readonly sentAt: number
  readonly endedAt: number
}

const passages = new WeakMap<object, Passage>()

/** Watches a request that was just sent to a device. Its outcome is known by its passage from then on. */
export function follow(
  job: SignJob<Device>,
  device: Device,
  { clock, passed }: { readonly clock: Clock; readonly passed?: ((passage: Passage) => void) | undefined }
): void {
  const { queuedAt } = job
  const sentAt = clock.monotonic()
  const ended = (outcome: object): void => {
    const passage = { device: device.name, queuedAt, sentAt, endedAt: clock.monotonic() }
    passages.set(outcome, passage)
    passed?.(passage)
  }
  job.signed.then(ended, ended)
}

/** When the request of a signature or a failure passed what; `undefined`: no device has had it. */
export function passageOf(outcome: unknown): Passage | undefined {
  return typeof outcome === 'object' && outcome !== null ? passages.get(outcome) : undefined
}

/** Name of the device on which a request has failed; empty when none had it. */
export function deviceOf(error: unknown): string {
  return passageOf(error)?.device ?? ''
}
