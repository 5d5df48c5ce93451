import type { Context, Span, Tracer } from '@opentelemetry/api'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { TracingPackages } from './packages.ts'
import type { OpenSpan, SpanAttributes, SpanKind, Telemetry } from './service.ts'

/** What a tracer of requests is made of. */
export interface TracingParts {
  readonly packages: Pick<TracingPackages, 'api' | 'core'>
  readonly tracer: Tracer
  readonly clock: Clock
  readonly continueTraces: boolean
}

/**
 * Spans below those of requests. The current one is kept here and not in what OpenTelemetry has for all of a process, because
 * one process may have several gateways, one after the other.
 */
export class Tracing implements Telemetry {
  readonly active = true
  readonly #parts: TracingParts
  readonly #current = new AsyncLocalStorage<Context>()
  readonly #propagator: InstanceType<TracingPackages['core']['W3CTraceContextPropagator']>

  constructor(parts: TracingParts) {
    this.#parts = parts
    this.#propagator = new parts.packages.core.W3CTraceContextPropagator()
  }

  /** Begins the span of a request. It is the current one of what runs {@link Tracing.within} its context. */
  begin(
    name: string,
    headers: IncomingHttpHeaders,
    attributes: SpanAttributes
  ): { span: Span; context: Context } {
    const { tracer, continueTraces } = this.#parts
    const { ROOT_CONTEXT, SpanKind: kinds, defaultTextMapGetter, trace } = this.#parts.packages.api
    const parent = continueTraces
      ? this.#propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)
      : ROOT_CONTEXT
    const span = tracer.startSpan(name, { kind: kinds.SERVER, attributes }, parent)
    return { span, context: trace.setSpan(parent, span) }
  }

  within(context: Context, run: () => void): void {
    this.#current.run(context, run)
  }

  async span<T>(
    name: string,
    attributes: SpanAttributes,
    work: (span: OpenSpan) => Promise<T>,
    kind: SpanKind = 'internal'
  ): Promise<T> {
    const parent = this.#current.getStore()
    if (!parent) return work(unnoted)
    const { tracer, packages } = this.#parts
    const { SpanKind: kinds, trace } = packages.api
    const options = { kind: kind === 'client' ? kinds.CLIENT : kinds.INTERNAL, attributes }
    const span = tracer.startSpan(name, options, parent)
    try {
      return await this.#current.run(trace.setSpan(parent, span), () =>
        work({
          set: more => void span.setAttributes(more),
          fail: error => this.fail(span, kindOf(error))
        })
      )
    } catch (error) {
      this.fail(span, kindOf(error))
      throw error
    } finally {
      span.end()
    }
  }

  record(
    name: string,
    { from, to }: { readonly from: number; readonly to: number },
    attributes: SpanAttributes
  ): void {
    const parent = this.#current.getStore()
    if (!parent) return
    const { tracer, clock } = this.#parts
    const epoch = clock.now() - clock.monotonic()
    tracer.startSpan(name, { startTime: epoch + from, attributes }, parent).end(epoch + to)
  }

  event(name: string, attributes: SpanAttributes): void {
    const context = this.#current.getStore()
    if (context) this.#parts.packages.api.trace.getSpan(context)?.addEvent(name, attributes)
  }

  propagation(): Readonly<Record<string, string>> {
    const context = this.#current.getStore()
    if (!context) return {}
    const headers: Record<string, string> = {}
    this.#propagator.inject(context, headers, this.#parts.packages.api.defaultTextMapSetter)
    return headers
  }

  /** Marks a span as failed. @param kind a key of the catalogue, or another word of few */
  fail(span: Span, kind: string): void {
    span.setAttribute('error.type', kind).setStatus({ code: this.#parts.packages.api.SpanStatusCode.ERROR })
  }
}

function kindOf(error: unknown): string {
  return error instanceof ApiError ? error.entry.key : 'internal'
}

const unnoted: OpenSpan = { set: () => undefined, fail: () => undefined }

/** What stands in where nobody asks for traces. */
export const noTelemetry: Telemetry = {
  active: false,
  span: (_name, _attributes, work) => work(unnoted),
  record: () => undefined,
  event: () => undefined,
  propagation: () => ({})
}
