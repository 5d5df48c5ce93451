import { service } from '../../core/index.ts'

/** What is known of a span or an event: few values each, and no URL, header, body, user or secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>

/** A span that has not ended. */
export interface OpenSpan {
  /** Adds attributes. */
  set(attributes: SpanAttributes): void
  /** Tells that what it spans has failed, where nothing is thrown. */
  fail(error: unknown): void
}

/** `client`: a request to somebody else. */
export type SpanKind = 'internal' | 'client'

/** Traces of requests, for OpenTelemetry. */
export interface Telemetry {
  /** False: nothing is exported, and all that is left of the methods is the work. Better not to call them then. */
  readonly active: boolean
  /**
   * Runs work in a span below the current one; outside of a request there is none. A failure is told by its key in the catalogue
   * of api-error, or as `internal`, and thrown again.
   */
  span<T>(
    name: string,
    attributes: SpanAttributes,
    work: (span: OpenSpan) => Promise<T>,
    kind?: SpanKind
  ): Promise<T>
  /**
   * Adds a span that has been, below the current one.
   * @param times milliseconds of the monotonic clock
   */
  record(
    name: string,
    times: { readonly from: number; readonly to: number },
    attributes: SpanAttributes
  ): void
  /** Notes in the current span what happens now. */
  event(name: string, attributes: SpanAttributes): void
  /** The headers by which an upstream goes on with the trace (W3C Trace Context); none outside of a request. */
  propagation(): Readonly<Record<string, string>>
}

export const Telemetry = service<Telemetry>('telemetry')
