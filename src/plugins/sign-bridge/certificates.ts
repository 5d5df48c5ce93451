import { X509Certificate } from 'node:crypto'
import { Mutex } from 'async-mutex'
import type { Clock } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { Device } from './device.ts'
import { Errors } from './errors.ts'
import type { ConnectionFacts } from './link.ts'
import { firstText } from './reply.ts'

const maxWaiting = 64
const restMs = 600_000

/**
 * Reads the certificates of the cards, on demand only and once a connection: a control is never asked for what it may
 * not know without need. One that leaves such a question unanswered has its connection replaced, so it is left alone
 * for ten minutes.
 */
export class Certificates {
  readonly #devices: readonly Device[]
  readonly #clock: Clock
  readonly #known = new WeakMap<ConnectionFacts, X509Certificate | undefined>()
  readonly #restUntil = new WeakMap<Device, number>()
  readonly #locks = new WeakMap<Device, Mutex>()
  #waiting = 0

  constructor(devices: readonly Device[], clock: Clock) {
    this.#devices = devices
    this.#clock = clock
  }

  /**
   * The certificate that a device signs with under this serial, as PEM, or `undefined` when none does.
   * @throws {ApiError} `sign.device_unavailable` when one that may have it cannot be asked, `sign.device_elsewhere` when
   * another gateway can
   */
  async find(certNo: string): Promise<string | undefined> {
    const wanted = serial(certNo)
    const candidates = this.#devices.filter(({ connection }) => mayBe(connection.certNo, wanted))
    const found = await Promise.all(candidates.map(device => this.#findOn(device, wanted)))
    const pem = found.find(one => one !== undefined)?.toString()
    if (pem === undefined && candidates.some(({ state }) => state === 'standby'))
      throw new ApiError(Errors['sign.device_elsewhere'], { retryAfter: 1 })
    if (pem === undefined && candidates.some(({ usable }) => !usable))
      throw new ApiError(Errors['sign.device_unavailable'], { retryAfter: 5 })
    return pem
  }

  /**
   * The certificate of the card in a device. One reader at a time: the second finds what the first has read.
   * @throws {ApiError} `sign.queue_full` when too many wait for that
   */
  async of(device: Device): Promise<X509Certificate | undefined> {
    const { connection } = device
    if (this.#known.has(connection)) return this.#known.get(connection)
    if (this.#waiting >= maxWaiting) throw new ApiError(Errors['sign.queue_full'], { retryAfter: 5 })
    this.#waiting++
    try {
      return await this.#lockOf(device).runExclusive(() => this.#read(device))
    } finally {
      this.#waiting--
    }
  }

  /** The certificate of the card in a device, if it was read on its present connection. */
  known(device: Device): X509Certificate | undefined {
    return this.#known.get(device.connection)
  }

  async #findOn(device: Device, wanted: string): Promise<X509Certificate | undefined> {
    const certificate = await this.of(device)
    if (!certificate) return undefined
    // The control's own word counts first: it is what signatures are returned with.
    const { certNo } = device.connection
    return serial(certNo ?? certificate.serialNumber) === wanted ? certificate : undefined
  }

  async #read(device: Device): Promise<X509Certificate | undefined> {
    const { connection } = device
    if (this.#known.has(connection)) return this.#known.get(connection)
    if ((this.#restUntil.get(device) ?? 0) > this.#clock.monotonic()) return undefined
    for (const method of ['cus-sec_SpcGetSignCertAsPEM', 'cus-sec_SpcGetSignCert'] as const) {
      const ending = await device.read(method)
      if (ending === 'silent') this.#restUntil.set(device, this.#clock.monotonic() + restMs)
      if (typeof ending === 'string' || device.connection !== connection) return undefined
      const certificate = parse(firstText(ending))
      if (!certificate) continue
      this.#known.set(connection, certificate)
      return certificate
    }
    this.#known.set(connection, undefined)
    return undefined
  }

  #lockOf(device: Device): Mutex {
    const lock = this.#locks.get(device) ?? new Mutex()
    this.#locks.set(device, lock)
    return lock
  }
}

function mayBe(certNo: string | undefined, wanted: string): boolean {
  return certNo === undefined || serial(certNo) === wanted
}

/** Serials compare without case and leading zeros: the control and X.509 tools write them differently. */
function serial(hex: string): string {
  return hex.toLowerCase().replace(/^0+(?=.)/, '')
}

/** Reads PEM, or base64 of DER. */
function parse(text: string | undefined): X509Certificate | undefined {
  if (text === undefined) return undefined
  try {
    return new X509Certificate(text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64'))
  } catch {
    return undefined
  }
}
