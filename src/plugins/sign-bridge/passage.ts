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

const failedOn = new WeakMap<object, string>()

/** Watches a request that was just sent to a device. Its failure is known by that device from then on. */
export function follow(
  job: SignJob<Device>,
  device: Device,
  { clock, passed }: { readonly clock: Clock; readonly passed?: ((passage: Passage) => void) | undefined }
): void {
  const { queuedAt } = job
  const sentAt = clock.monotonic()
  const ended = (): void => passed?.({ device: device.name, queuedAt, sentAt, endedAt: clock.monotonic() })
  job.signed.then(ended, (error: object) => {
    failedOn.set(error, device.name)
    ended()
  })
}

/** Name of the device on which a request has failed; empty when none had it. */
export function deviceOf(error: unknown): string {
  return (typeof error === 'object' && error !== null && failedOn.get(error)) || ''
}
