import type { Clock, Timer } from '../../core/index.ts'
import type { Device } from './device.ts'
import type { Tell } from './events.ts'

/** A connection that comes back sooner is not worth anybody's attention. */
const graceMs = 5_000

/** Why a device that an operator has drained gets no requests. */
export const drainReason = 'An operator has taken it out of service'

interface Outage {
  told: boolean
  readonly timer: Timer
}

/** Tells that a device has been out of work for five seconds, and that it works again. */
export function tellChanges(tell: Tell, clock: Clock): (device: Device) => void {
  const outages = new Map<Device, Outage>()
  return device => {
    const { name, state } = device
    const outage = outages.get(device)
    if (device.usable || state === 'standby' || state === 'closed') {
      outage?.timer.cancel()
      outages.delete(device)
      if (outage?.told && device.usable)
        tell({ kind: 'device-up', device: name, message: `${name} works again` })
      return
    }
    if (outage || device.status().reason === drainReason) return
    const timer = clock.after(graceMs, () => {
      started.told = true
      const { address, reason = 'it does not answer' } = device.status()
      tell({ kind: 'device-down', device: name, message: `${name} (${address}) is down: ${reason}` })
    })
    const started: Outage = { told: false, timer }
    outages.set(device, started)
  }
}
