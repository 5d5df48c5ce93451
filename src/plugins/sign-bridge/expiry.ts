import type { X509Certificate } from 'node:crypto'
import type { Clock, Timer } from '../../core/index.ts'
import type { Device } from './device.ts'
import type { Tell } from './events.ts'

const everyMs = 60_000
const dayMs = 86_400_000
const warnAtDays = [30, 7, 1] as const

export interface ExpiryOptions {
  readonly devices: readonly Device[]
  /** The certificate of the card in a device, if it is known already: none is asked for. */
  readonly known: (device: Device) => X509Certificate | undefined
  readonly clock: Clock
  readonly tell: Tell
  /** Whether devices are taken out of service when their certificates end. */
  readonly refuse: boolean
}

/**
 * Looks once a minute whether a known certificate is near its end: tells of it 30, 7 and 1 days before, and at the end.
 * A minute, since a card whose certificate has ended already is known only after its first signature.
 */
export class ExpiryWatch {
  readonly #options: ExpiryOptions
  /** By serial: the least number of days that was told. */
  readonly #told = new Map<string, number>()
  #timer: Timer | undefined

  constructor(options: ExpiryOptions) {
    this.#options = options
    this.#wait()
  }

  close(): void {
    this.#timer?.cancel()
  }

  #wait(): void {
    this.#timer = this.#options.clock.after(everyMs, () => {
      for (const device of this.#options.devices) this.#look(device)
      this.#wait()
    })
  }

  #look(device: Device): void {
    const { known, clock, tell, refuse } = this.#options
    const certificate = known(device)
    if (!certificate) return
    const endsAt = Date.parse(certificate.validTo)
    const leftMs = endsAt - clock.now()
    const step = leftMs <= 0 ? 0 : warnAtDays.findLast(days => leftMs <= days * dayMs)
    const day = new Date(endsAt).toISOString().slice(0, 10)
    if (refuse && leftMs <= 0) device.quarantine(`The certificate of its card ended on ${day}`)
    const serial = certificate.serialNumber.toLowerCase()
    if (step === undefined || step >= (this.#told.get(serial) ?? Infinity)) return
    this.#told.set(serial, step)
    const when = leftMs <= 0 ? `ended on ${day}` : `ends on ${day}`
    tell({
      kind: 'certificate-expiring',
      device: device.name,
      message: `${device.name}: its certificate ${serial} ${when}`
    })
  }
}
