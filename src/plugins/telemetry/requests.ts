import type { Context, Span } from '@opentelemetry/api'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import type { Tracing } from './tracing.ts'

/**
 * A span for each request, from its head to the end of its answer, named by the pattern of its route: no URL, header or body, and
 * nothing of the caller is in it. Routes that are silent in the log, such as `/readyz`, have none, nor have sockets.
 */
export function traceRequests(app: App, tracing: Tracing, errors: ApiErrors | undefined): void {
  const methods = new Set(app.supportedMethods)
  const contexts = new WeakMap<FastifyRequest, Context>()
  app.addHook('onRequest', (request, reply, done) => {
    if (isLeftOut(request)) return done()
    const method = methods.has(request.method) ? request.method : '_OTHER'
    const { url: route, config } = request.routeOptions
    const { plugin } = config ?? {}
    const { span, context } = tracing.begin(`${method} ${route ?? ''}`.trim(), request.headers, {
      'http.request.method': method,
      ...(route !== undefined && { 'http.route': route }),
      ...(plugin !== undefined && { 'paifang.plugin': plugin }),
      'paifang.request_id': request.id
    })
    contexts.set(request, context)
    reply.raw.once('close', () => end(tracing, span, { request, reply, errors }))
    tracing.within(context, done)
  })
  // A body that was read has brought the request out of what ran before.
  app.addHook('preValidation', (request, _reply, done) => {
    const context = contexts.get(request)
    if (context) tracing.within(context, done)
    else done()
  })
}

function isLeftOut({ routeOptions, headers }: FastifyRequest): boolean {
  return routeOptions.logLevel === 'silent' || headers.upgrade?.toLowerCase() === 'websocket'
}

function end(
  tracing: Tracing,
  span: Span,
  {
    request,
    reply: { raw },
    errors
  }: { request: FastifyRequest; reply: FastifyReply; errors: ApiErrors | undefined }
): void {
  const { statusCode } = raw
  const failure = errors?.failureOf(request)
  span.setAttribute('http.response.status_code', statusCode)
  if (!raw.writableFinished) span.setAttribute('paifang.cut', true)
  if ((failure?.http ?? statusCode) >= 500) tracing.fail(span, failure?.key ?? String(statusCode))
  else if (failure) span.setAttribute('error.type', failure.key)
  span.end()
}
