import type { Audit } from './audit.ts'
import type { AuditRow } from './audit-rows.ts'
import type { Device } from './device.ts'
import { drainReason } from './device-events.ts'
import type { PinBlock, PinBlocks } from './pin-guard.ts'
import type { DeviceStatus } from './service.ts'
import type { Webhook } from './webhook.ts'
import type { Delivery } from './webhook-post.ts'

export interface OperationsOptions {
  readonly devices: readonly Device[]
  readonly blocks: PinBlocks
  /** Absent: nothing is recorded. */
  readonly audit: Audit | undefined
  readonly webhook: Webhook | undefined
}

/** What operators may do. Each deed is recorded before it is done; what names nothing is `undefined`, and is not. */
export class Operations {
  readonly #options: OperationsOptions

  constructor(options: OperationsOptions) {
    this.#options = options
  }

  blocks(): Promise<PinBlock[]> {
    return this.#options.blocks.list()
  }

  /** Lets the PINs that are blocked on a device be tried once more. @throws {ApiError} when it cannot be recorded */
  async resetGuard(name: string): Promise<true | undefined> {
    const { audit, blocks } = this.#options
    await audit?.record('guard-reset', name)
    return (await blocks.reset(name)) ? true : undefined
  }

  /** Gives a device no further request; the one that is out may finish. @throws {ApiError} as `resetGuard` */
  drain(name: string): Promise<DeviceStatus | undefined> {
    return this.#on(name, 'drain', device => device.quarantine(drainReason))
  }

  /** Ends a drain, and nothing else that is against the device. @throws {ApiError} as `resetGuard` */
  enable(name: string): Promise<DeviceStatus | undefined> {
    return this.#on(name, 'enable', device => {
      if (device.status().reason === drainReason) device.release()
    })
  }

  /** Lifts whatever keeps a device from signing, until it shows again. @throws {ApiError} as `resetGuard` */
  release(name: string): Promise<DeviceStatus | undefined> {
    return this.#on(name, 'release', device => device.release())
  }

  newestRows(limit: number): Promise<AuditRow[]> {
    return this.#options.audit?.newest(limit) ?? Promise.resolve([])
  }

  /** Posts a test event. `undefined`: there is no webhook. @throws {ApiError} as `resetGuard` */
  async testWebhook(): Promise<Delivery | undefined> {
    const { audit, webhook } = this.#options
    if (!webhook) return undefined
    await audit?.record('webhook-test', '')
    return webhook.test()
  }

  async #on(name: string, action: string, act: (device: Device) => void): Promise<DeviceStatus | undefined> {
    const device = this.#options.devices.find(one => one.name === name)
    if (!device) return undefined
    await this.#options.audit?.record(action, name)
    act(device)
    return device.status()
  }
}
