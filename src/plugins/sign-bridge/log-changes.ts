import type { FastifyBaseLogger } from 'fastify'
import type { Device } from './device.ts'

/** Logs what an operator should know of a device, once: that it came, and that it went and why. */
export function logChanges(log: FastifyBaseLogger): (device: Device) => void {
  const last = new WeakMap<Device, string>()
  return device => {
    const works = device.state === 'ready' || device.state === 'busy'
    // Twice for each signature: nothing else may be done for it.
    if (works && last.get(device) === 'ready') return
    const { name, address, state, reason } = device.status()
    if (!works && (reason === undefined || state === 'handshaking' || state === 'closed')) return
    const news = works ? 'ready' : `${state}: ${reason}`
    if (last.get(device) === news) return
    last.set(device, news)
    if (works) log.info({ device: name, address }, 'signing device is ready')
    else if (state === 'standby')
      log.info({ device: name, address }, 'signing device is held by another gateway')
    else log.warn({ device: name, address, state, reason }, 'signing device is not ready')
  }
}
