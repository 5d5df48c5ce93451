import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { Gauge, Histogram, type Registry } from 'prom-client'
import type { App } from '../../core/index.ts'
import { inFlightName } from './page.ts'

/** Upper bounds in seconds, those of OpenTelemetry's `http.server.request.duration`. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Counts and times the requests of all routes. A route is named by its pattern: no URL becomes a label. */
export function countRequests(app: App, registry: Registry): void {
  const duration = new Histogram({
    name: 'paifang_http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers: [registry]
  })
  const inFlight = new Gauge({
    name: inFlightName,
    help: 'Requests that are not answered yet, open streams among them',
    registers: [registry]
  })
  const known = new Set(app.supportedMethods)
  const counted = new WeakSet<FastifyRequest>()
  app.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => {
    counted.add(request)
    inFlight.inc()
    // A taken-over answer has no onResponse of its own, and that of an upgrade is never closed.
    reply.raw.once('close', () => leave(request))
    done()
  })
  app.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => {
    const { method, routeOptions } = request
    const labels = {
      method: known.has(method) ? method : 'OTHER',
      route: routeOptions.url ?? '(none)',
      status: String(reply.statusCode)
    }
    duration.observe(labels, reply.elapsedTime / 1_000)
    leave(request)
    done()
  })

  function leave(request: FastifyRequest): void {
    if (counted.delete(request)) inFlight.dec()
  }
}
