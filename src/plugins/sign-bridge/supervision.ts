import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Metric } from '../../core/index.ts'
import type { Database } from '../database/service.ts'
import { Audit } from './audit.ts'
import type { Certificates } from './certificates.ts'
import type { BridgeSettings } from './config.ts'
import type { Device } from './device.ts'
import { Announcer } from './events.ts'
import { ExpiryWatch } from './expiry.ts'
import { counter, metric, SignMetrics, total } from './metrics.ts'
import { Operations } from './operations.ts'
import type { PinBlocks } from './pin-guard.ts'
import type { KeyedDigest } from './secret.ts'
import type { SignBridgeStatus } from './service.ts'
import type { Stage } from './stage.ts'
import type { Verification } from './verify.ts'
import { Webhook } from './webhook.ts'

export interface SupervisionOptions {
  readonly settings: BridgeSettings
  readonly database: Database
  readonly digest: KeyedDigest
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/** What is watched, and what operators act on. */
export interface Supervised {
  readonly devices: readonly Device[]
  readonly certificates: Pick<Certificates, 'known'>
  readonly blocks: PinBlocks
  readonly verification: Pick<Verification, 'counters'>
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
  #supervised: Supervised | undefined

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

  /** Watches devices and certificates from now on. Returns what operators can do. */
  watch(supervised: Supervised): Operations {
    const { devices, certificates, blocks } = supervised
    this.#supervised = supervised
    const { settings, clock } = this.#options
    const known = (device: Device): ReturnType<Certificates['known']> => certificates.known(device)
    const { tell } = this.announcer
    this.#expiry = new ExpiryWatch({ devices, known, clock, tell, refuse: settings.refuseExpired })
    return new Operations({ devices, blocks, audit: this.#audit, webhook: this.#webhook })
  }

  measured(state: Omit<SignBridgeStatus, 'metrics'>): Metric[] {
    const { rows = 0, lostRows = 0 } = this.#audit?.counters ?? {}
    const { delivered = 0, failures = 0, givenUp = 0 } = this.#webhook?.counters ?? {}
    const { devices = [], certificates, verification } = this.#supervised ?? {}
    const ends = devices.flatMap(device => {
      const certificate = certificates?.known(device)
      return certificate
        ? [{ labels: { device: device.name }, value: Date.parse(certificate.validTo) / 1_000 }]
        : []
    })
    return this.metrics.snapshot(state, [
      counter('verifications_total', 'Signatures by what their check came to', 'result', {
        ...verification?.counters
      }),
      counter('events_total', 'Events that somebody must act on', 'kind', this.announcer.counts),
      metric('certificate_end_seconds', 'gauge', 'When a known certificate ends, since the epoch', ends),
      total('audit_rows_total', 'Audit rows written', rows),
      total('audit_lost_rows_total', 'Audit rows that could not be written', lostRows),
      total('webhook_delivered_total', 'Events that the webhook took', delivered),
      total('webhook_failures_total', 'Attempts to deliver an event that failed', failures),
      total('webhook_given_up_total', 'Events that the webhook never took', givenUp),
      total('listener_failures_total', 'Exceptions of listeners for events', this.announcer.failures)
    ])
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
