import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isLocalPeer } from '../../core/index.ts'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { ApiError, type CatalogueEntry, type Locale } from './api-error.ts'
import type { Catalogue } from './catalogue.ts'
import { causesOf, framesOf } from './causes.ts'
import { classify, type Classified } from './classify.ts'
import type { Problem } from './dialects/outcome.ts'
import { Errors } from './errors.ts'
import { closeAfterBody } from './lingering-close.ts'
import { pickLocale } from './locale.ts'
import type { Outcomes } from './outcomes.ts'
import { addHeaders, relatedOf } from './related.ts'
import { pathOf, varyByAccept, type Selection } from './selection.ts'
import type { RelatedSource } from './service.ts'

export interface FailureOptions {
  readonly catalogue: Catalogue
  readonly selection: Selection
  readonly sources: readonly RelatedSource[]
  /** Where the kind of each failure is noted. */
  readonly failures: WeakMap<FastifyRequest, CatalogueEntry>
  /** Where they are counted. */
  readonly counts: Outcomes
  /** For callers that ask for no language. */
  readonly locale: Locale
  /** Show causes to callers on this machine. */
  readonly debug: boolean
}

/** Headers of the answer that did not come about. */
const abandoned = ['content-encoding', 'content-disposition', 'content-range', 'etag', 'last-modified']

/** The error handler of the gateway: logs what was thrown, whatever it is, and renders it. */
export function failureRenderer(options: FailureOptions) {
  const { catalogue, selection, sources, failures, counts, debug } = options
  return function renderFailure(
    this: FastifyInstance,
    thrown: unknown,
    request: FastifyRequest,
    reply: FastifyReply
  ): void {
    const locale = pickLocale(request.headers['accept-language'], options.locale)
    const path = pathOf(request.url)
    const { authorization, token } = request.headers
    const hasToken = authorization !== undefined || token !== undefined
    const byCode = (code: number) => catalogue.byCode(code)
    const classified = classify(thrown, { locale, path, hasToken, byCode })
    log(request, classified, thrown)
    failures.set(request, classified.entry)
    counts.count(classified.entry.key)
    if (reply.raw.headersSent) {
      reply.raw.destroy()
      return
    }
    const { entry, context, reason } = classified
    const { params, fields = [], retryAfter, related, headers = {} } = context
    const problem: Problem = {
      ok: false,
      entry,
      locale,
      params,
      reason,
      detail: (entry.expose ?? entry.http < 500) ? context.detail : undefined,
      fields: fields.map(({ message, ...fault }) => ({
        ...fault,
        message: typeof message === 'string' ? message : message[locale]
      })),
      retryAfter: retryAfter === undefined ? undefined : Math.max(0, Math.ceil(retryAfter)),
      related: relatedOf(request, sources, related),
      method: request.method,
      path,
      requestId: request.id,
      // What the caller did wrong needs no stack.
      debug:
        debug && entry.http >= 500 && isLocalPeer(request)
          ? { causes: causesOf(thrown), at: framesOf(thrown) }
          : undefined
    }
    const choice = selection.choiceOf(request)
    const dialect = selection.pick(choice, request.headers.accept)
    for (const name of abandoned) reply.removeHeader(name)
    reply.headers(headers).headers({
      'x-request-id': request.id,
      'content-language': locale,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff'
    })
    addHeaders(reply, dialect, problem)
    removeUnsendable(reply)
    if (problem.retryAfter !== undefined) reply.header('retry-after', problem.retryAfter)
    if (entry.http === 405 && !reply.hasHeader('allow'))
      reply.header('allow', allowedMethods(this, request).join(', '))
    if (choice.negotiable) varyByAccept(reply)
    if (debug) reply.header('x-dialect', dialect.name)
    closeAfterBody(request.raw)
    reply
      .code(dialect.status(problem))
      .type(`${dialect.mediaType}; charset=utf-8`)
      .serializer(JSON.stringify)
      .send(dialect.body(problem))
  }
}

/**
 * The not-found handler of the gateway.
 * @throws {ApiError} `route.method` where other methods would have found a route, else `route.not_found`
 */
export function refuseUnknownRoute(this: FastifyInstance, request: FastifyRequest): never {
  const { method, url } = request
  // A route that says by itself that there is nothing has the right method. OPTIONS may be answered everywhere.
  const declined = method !== 'OPTIONS' && this.findRoute({ method, url }) !== null
  const answers = !declined && allowedMethods(this, request).some(other => other !== 'OPTIONS')
  throw new ApiError(Errors[answers ? 'route.method' : 'route.not_found'])
}

/** The methods with a route for the request's path, its own excepted. */
function allowedMethods(app: FastifyInstance, { method, url }: FastifyRequest): string[] {
  return app.supportedMethods.filter(other => other !== method && app.findRoute({ method: other, url }))
}

function log(request: FastifyRequest, { entry }: Classified, thrown: unknown): void {
  const line = { key: entry.key, http: entry.http, causes: causesOf(thrown) }
  if (entry.http < 500) request.log.info(line, entry.title.en)
  else request.log.error({ ...line, at: framesOf(thrown) }, entry.title.en)
}

/** Removes headers that cannot be written, by the handler or of what was thrown: no answer could be sent with them. */
function removeUnsendable(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    try {
      validateHeaderName(name)
      for (const line of [value].flat()) validateHeaderValue(name, line as string)
    } catch {
      reply.removeHeader(name)
    }
  }
}
