import { service } from '../../core/index.ts'

/** The page for Prometheus. Plugins are on it by the `metrics` of their definition, without knowing this service. */
export interface Metrics {
  /** Media type of the page. */
  readonly contentType: string
  /** The page as it is now. */
  text(): Promise<string>
  /** Requests that are not answered yet, open streams among them; `undefined` where `requests` is off. */
  requestsInFlight(): Promise<number | undefined>
}

export const Metrics = service<Metrics>('metrics')
