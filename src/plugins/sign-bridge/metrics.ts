import { Histogram, type Clock, type Metric } from '../../core/index.ts'
import { outcomeOf } from '../api-error/service.ts'
import type { Passage } from './passage.ts'
import type { SignBridgeStatus } from './service.ts'
import type { Stage } from './stage.ts'

/** Upper bounds in seconds: OpenTelemetry's for HTTP, and further up for the slow replies of cards. */
export const bounds = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120
] as const

const dropped: readonly string[] = ['late', 'duplicate', 'foreign', 'stray']

/** Counts and times requests, in memory, for whoever shows them. Names and units are those of Prometheus. */
export class SignMetrics {
  readonly #clock: Clock
  readonly #outcomes = new Map<string, number>()
  readonly #total = new Histogram(bounds)
  readonly #queueWait = new Histogram(bounds)
  readonly #devices = new Map<string, Histogram>()
  #inFlight = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts and times every request. */
  readonly stage: Stage = async (request, next) => {
    const began = this.#clock.monotonic()
    this.#inFlight++
    let outcome = 'signed'
    try {
      return await next(request)
    } catch (error) {
      outcome = outcomeOf(error)
      throw error
    } finally {
      this.#inFlight--
      this.#count(outcome)
      this.#total.observeMs(this.#clock.monotonic() - began)
    }
  }

  /** Counts a request that was refused before it was read. */
  readonly refused = (error: unknown): void => this.#count(outcomeOf(error))

  /** Notes how long a request waited for a card, and the card took. */
  readonly passed = ({ device, queuedAt, sentAt, endedAt }: Passage): void => {
    this.#queueWait.observeMs(sentAt - queuedAt)
    const times = this.#devices.get(device) ?? new Histogram(bounds)
    this.#devices.set(device, times)
    times.observeMs(endedAt - sentAt)
  }

  /** `others`: what was measured elsewhere. */
  snapshot({ devices, queued }: Omit<SignBridgeStatus, 'metrics'>, others: readonly Metric[]): Metric[] {
    const drops = devices.flatMap(({ name, counters }) =>
      dropped.map(reason => ({ labels: { device: name, reason }, value: counters[reason] ?? 0 }))
    )
    const events = devices.flatMap(({ name, counters }) =>
      Object.entries(counters)
        .filter(([event]) => !dropped.includes(event))
        .map(([event, value]) => ({ labels: { device: name, event }, value }))
    )
    const times = [...this.#devices].map(([device, histogram]) => ({
      labels: { device },
      value: histogram.snapshot()
    }))
    const own = devices.filter(({ state }) => state !== 'standby')
    const ups = own.map(({ name, state }) => ({
      labels: { device: name },
      value: state === 'ready' || state === 'busy' ? 1 : 0
    }))
    return [
      counter('requests_total', 'Requests that have ended', 'outcome', Object.fromEntries(this.#outcomes)),
      metric('requests_in_flight', 'gauge', 'Requests under way', [alone(this.#inFlight)]),
      metric('queue_length', 'gauge', 'Requests that wait for a device', [alone(queued)]),
      metric('request_duration_seconds', 'histogram', 'From asking to answer', [
        alone(this.#total.snapshot())
      ]),
      metric('queue_wait_seconds', 'histogram', 'Waiting for a device', [alone(this.#queueWait.snapshot())]),
      metric('device_seconds', 'histogram', 'From frame to reply', times),
      metric('device_up', 'gauge', 'Whether a device works; nothing of one that another gateway holds', ups),
      metric('device_events_total', 'counter', 'What happened on a device', events),
      metric('replies_dropped_total', 'counter', 'Replies that belong to no request', drops),
      ...others
    ]
  }

  #count(outcome: string): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1)
  }
}

/** A count for each value of a label. */
export function counter(
  name: string,
  help: string,
  label: string,
  counts: Readonly<Record<string, number>>
): Metric {
  const samples = Object.entries(counts).map(([each, value]) => ({ labels: { [label]: each }, value }))
  return metric(name, 'counter', help, samples)
}

/** A count by itself. */
export function total(name: string, help: string, value: number): Metric {
  return metric(name, 'counter', help, [alone(value)])
}

/** @param name without the prefix that all metrics of this plugin have */
export function metric(name: string, kind: Metric['kind'], help: string, samples: Metric['samples']): Metric {
  return { name: `paifang_sign_${name}`, kind, help, samples }
}

function alone(value: Metric['samples'][number]['value']): Metric['samples'][number] {
  return { labels: {}, value }
}
