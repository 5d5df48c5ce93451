import type { BackoffRange } from './backoff.ts'
import type { BridgeSettings } from './config.ts'
import type { Device } from './device.ts'
import type { Tell } from './events.ts'
import type { LinkOptions, LinkSettings } from './link.ts'
import type { DeviceStatus } from './service.ts'

export type DeviceState = DeviceStatus['state']

/** The settings that a device follows. */
export type DeviceSettings = LinkSettings &
  BackoffRange &
  Pick<BridgeSettings, 'timeoutMs' | 'adaptiveTimeout' | 'timeoutsUntilDown' | 'checkCards'>

export interface DeviceOptions extends Omit<LinkOptions, 'free' | 'changed' | 'foreign' | 'settings'> {
  readonly name: string
  /** Host and port, for people. */
  readonly address: string
  /** Serial of the certificate that it must sign with; empty: any. */
  readonly certNo: string
  readonly settings: DeviceSettings
  readonly random: () => number
  readonly tell: Tell
  /** Called after each change of its state or of the reason for it. It may call `start` when the state is `ready`. */
  readonly changed: (device: Device, previous: DeviceState) => void
}
