import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import type { Database } from '../database/service.ts'
import { Audit } from './audit.ts'
import type { Certificates } from './certificates.ts'
import type { BridgeSettings } from './config.ts'
import type { Device } from './device.ts'
import { Announcer } from './events.ts'
import { ExpiryWatch } from './expiry.ts'
import { SignMetrics } from './metrics.ts'
import { Operations } from './operations.ts'
import type { PinBlocks } from './pin-guard.ts'
import type { KeyedDigest } from './secret.ts'
import type { Metric, SignBridgeStatus } from './service.ts'
import type { Stage } from './stage.ts'
import { Webhook } from './webhook.ts'

export interface SupervisionOptions {
  readonly settings: BridgeSettings
  readonly database: Database
  readonly digest: KeyedDigest
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** What operators act on. */
export interface Supervised {
  readonly devices: readonly Device[]
  readonly certificates: Pick<Certificates, 'known'>
  readonly blocks: PinBlocks
}

/** What is noted of all that happens, and who is told. */
export class Supervision {
  /** Hears what somebody must act on, and tells them. */
  readonly announcer: Announcer
  readonly metrics: SignMetrics
  readonly #options: SupervisionOptions
  readonly #audit: Audit | undefined
  readonly #webhook: Webhook | undefined
  #expiry: ExpiryWatch | undefined

  private constructor(options: SupervisionOptions, announcer: Announcer, audit: Audit | undefined) {
    const { settings, clock, log } = options
    const { webhookUrl: url, webhookSecret: secret, webhookEvents: kinds } = settings
    this.#options = options
    this.announcer = announcer
    this.metrics = new SignMetrics(clock)
    this.#audit = audit
    if (url === undefined) return
    const { webhookRepeatMs: repeatMs, webhookTimeoutMs: timeoutMs } = settings
    this.#webhook = new Webhook({ url, secret, kinds, repeatMs, timeoutMs, clock, log })
    announcer.listen(this.#webhook.tell)
  }

  static async open(options: SupervisionOptions): Promise<Supervision> {
    const { audit: policy, auditKeepDays: keepDays } = options.settings
    const announcer = new Announcer(options.log)
    const { tell } = announcer
    const audit = policy === 'off' ? undefined : await Audit.open({ ...options, tell, policy, keepDays })
    return new Supervision(options, announcer, audit)
  }

  /** What happens to every request, outside of everything else. */
  get stages(): Stage[] {
    return [this.metrics.stage, ...(this.#audit ? [this.#audit.stage] : [])]
  }

  /** Watches the certificates from now on. Returns what operators can do. */
  watch({ devices, certificates, blocks }: Supervised): Operations {
    const { settings, clock } = this.#options
    const known = (device: Device): ReturnType<Certificates['known']> => certificates.known(device)
    const { tell } = this.announcer
    this.#expiry = new ExpiryWatch({ devices, known, clock, tell, refuse: settings.refuseExpired })
    return new Operations({ devices, blocks, audit: this.#audit, webhook: this.#webhook })
  }

  measured(state: Omit<SignBridgeStatus, 'metrics'>): Metric[] {
    const { rows = 0, lostRows = 0 } = this.#audit?.counters ?? {}
    const { delivered = 0, failures = 0, givenUp = 0 } = this.#webhook?.counters ?? {}
    return this.metrics.snapshot(state, {
      audit_rows_total: rows,
      audit_lost_rows_total: lostRows,
      webhook_delivered_total: delivered,
      webhook_failures_total: failures,
      webhook_given_up_total: givenUp,
      listener_failures_total: this.announcer.failures
    })
  }

  /** @throws {Error} when audit rows are required and cannot be written */
  async assertReady(): Promise<void> {
    await this.#audit?.assertReady()
  }

  /** Writes what is not written yet, and ends the rest. */
  async close(): Promise<void> {
    this.#expiry?.close()
    this.#webhook?.close()
    await this.#audit?.close()
  }
}
