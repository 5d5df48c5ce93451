import type { Algorithm } from './card-key.ts'
import { startSignSimulator, type SimulatedDevice } from './device.ts'
import { seededFaults } from './seeded-faults.ts'

/** Several devices alike, as the plugin's settings and the command's options describe them. */
export interface DevicesOptions {
  readonly devices: number
  readonly host: string
  /** Of the first device; the others follow. 0: any free ports. */
  readonly port: number
  readonly algorithm: Algorithm
  readonly delayMs: number
  readonly pin: string
  readonly seed: number
  readonly faultRate: number
}

/** Devices that run. */
export interface Devices {
  readonly urls: readonly string[]
  readonly close: () => Promise<void>
}

/**
 * Starts `devices` simulated devices, each with a card of its own: all or none.
 * @throws {Error} when one of them cannot listen
 */
export async function startDevices(options: DevicesOptions): Promise<Devices> {
  const { devices: count, host, port, algorithm, delayMs, pin, seed, faultRate } = options
  const started: SimulatedDevice[] = []
  const close = async (): Promise<void> => void (await Promise.all(started.map(device => device.close())))
  try {
    for (let index = 0; index < count; index++) {
      const script = seededFaults({ seed: seed + index, rate: faultRate })
      const own = { port: port === 0 ? 0 : port + index, seed: seed + index, script }
      started.push(await startSignSimulator({ host, algorithm, delayMs, pin, ...own }))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { urls: started.map(({ url }) => url), close }
}
