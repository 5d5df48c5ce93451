import type { CookieJar } from 'tough-cookie'
import type { FastifyBaseLogger } from 'fastify'
import type { Wheel } from '../../core/index.ts'
import type { FetchWorkers } from '../fetch-workers/service.ts'
import type { OpenSpan, Telemetry } from '../telemetry/service.ts'
import { dataOf } from './answer-data.ts'
import type { Outcome } from './breaker.ts'
import { CallLimits } from './call-limits.ts'
import type { HttpSettings } from './config.ts'
import type { Counters } from './counters.ts'
import type { Durations } from './durations.ts'
import { failureOf, type Exchange, type Incoming } from './exchange.ts'
import { formOf } from './form.ts'
import { requestUrl, type HostRules } from './host-rules.ts'
import type { HttpAnswer } from './http-answer.ts'
import { headersOf, type Headers } from './outgoing-headers.ts'
import { isRedirect, redirected, type Hop } from './redirect.ts'
import { sentBodyOf } from './request-body.ts'
import { readBody } from './response-body.ts'
import type { HttpRequest, OpenOptions } from './service.ts'
import { UpstreamError } from './upstream-error.ts'
import type { Ended, Upstreams } from './upstreams.ts'
import { exchangeByWorkers, isWorkersFault } from './worker-exchange.ts'

/** What all calls share. */
export interface CallParts {
  readonly settings: HttpSettings
  readonly wheel: Wheel
  readonly rules: HostRules
  readonly upstreams: Upstreams
  readonly counters: Counters
  readonly durations: Durations
  readonly log: FastifyBaseLogger
  readonly local: Exchange
  readonly workers: FetchWorkers | undefined
  readonly telemetry: Telemetry | undefined
}

/** What the calls of one client share. */
export interface CallContext extends OpenOptions {
  /** Cookies for a request; absent where there are none yet. */
  readonly jar: () => CookieJar | undefined
  /** Keeps cookies. */
  readonly keep: (setCookies: readonly string[], url: URL) => void
  /** True: whatever the body is, nobody wants it. */
  readonly headersOnly?: boolean
}

type Visit = { readonly answer: HttpAnswer } | { readonly status: number; readonly location: string }

const methodForm = /^[A-Z][A-Z-]{0,31}$/
const acceptedEncodings = 'gzip, deflate, br'
const withoutBody = new Set([204, 205, 304])

/**
 * Makes a request with all that belongs to it: redirects, cookies, limits, breaker, workers.
 * @throws {UpstreamError} when there is no acceptable answer
 * @throws {TypeError} for what can be no request
 */
export class Call {
  readonly #parts: CallParts
  readonly #context: CallContext
  readonly #request: HttpRequest
  readonly #limits: CallLimits
  readonly #maxBytes: number
  #host = ''

  constructor(request: HttpRequest, context: CallContext, parts: CallParts) {
    const { settings, wheel } = parts
    this.#parts = parts
    this.#context = context
    this.#request = request
    this.#maxBytes = request.maxBytes ?? settings.maxBytes
    this.#limits = new CallLimits({
      wheel,
      timeoutMs: request.timeoutMs ?? settings.timeoutMs,
      headersTimeoutMs: settings.headersTimeoutMs,
      signals: [context.signal, request.signal],
      host: () => this.#host
    })
  }

  async run(): Promise<HttpAnswer> {
    const { counters } = this.#parts
    counters.requests++
    try {
      return await this.#follow(await this.#firstHop())
    } catch (error) {
      if (error instanceof UpstreamError) counters.errors[error.kind]++
      throw error
    } finally {
      this.#limits.end()
    }
  }

  async #firstHop(): Promise<Hop> {
    const { url: given, method = 'GET', body, json, headers, query } = this.#request
    const url = requestUrl(given)
    // Not through `searchParams`, which would write what is there anew, in UTF-8 whatever it was in.
    if (query) url.search = [url.search.slice(1), formOf(query)].filter(part => part !== '').join('&')
    const upper = method.toUpperCase()
    if (!methodForm.test(upper) || upper === 'CONNECT' || upper === 'TRACE')
      throw new TypeError('The method of a request is a word such as GET')
    return { method: upper, url, headers: headersOf(headers), body: await sentBodyOf(body, json) }
  }

  async #follow(first: Hop): Promise<HttpAnswer> {
    const { maxRedirects = this.#parts.settings.maxRedirects } = this.#request
    let hop = first
    for (let redirects = 0; ; redirects++) {
      this.#host = hop.url.host
      const visit = await this.#visit(hop, maxRedirects > 0)
      if ('answer' in visit) return visit.answer
      if (redirects === maxRedirects)
        throw new UpstreamError('redirect', {
          host: this.#host,
          detail: `it redirects more than ${maxRedirects} times`
        })
      this.#parts.counters.redirects++
      hop = redirected(hop, visit.status, visit.location)
    }
  }

  async #visit(hop: Hop, follows: boolean): Promise<Visit> {
    const { rules, upstreams, settings } = this.#parts
    const { plugin, route } = this.#context
    const { url } = hop
    this.#limits.signal.throwIfAborted()
    rules.assertAllowed(url, plugin)
    const exempt = route !== undefined && settings.breakerExcludedRoutes.includes(route)
    return upstreams.pass(url.host, exempt, () => this.#traced(hop, follows))
  }

  #traced(hop: Hop, follows: boolean): Promise<Ended<Visit>> {
    const { telemetry } = this.#parts
    if (!telemetry) return this.#ask(hop, follows)
    const { method, url } = hop
    const attributes = {
      'http.request.method': method,
      'server.address': url.hostname,
      ...(url.port !== '' && { 'server.port': Number(url.port) })
    }
    return telemetry.span(method, attributes, span => this.#ask(hop, follows, span), 'client')
  }

  async #ask(hop: Hop, follows: boolean, span?: OpenSpan): Promise<Ended<Visit>> {
    const { counters, durations, log, wheel } = this.#parts
    const { url, method } = hop
    const began = wheel.now()
    let status: number | undefined
    let outcome: Outcome = 'unknown'
    let failure: unknown
    try {
      const incoming = await this.#exchange(hop)
      ;({ status } = incoming)
      counters.answered(status)
      span?.set({ 'http.response.status_code': status })
      const { headers } = incoming
      if (headers['set-cookie']?.length) this.#context.keep(headers['set-cookie'], url)
      outcome = status >= 500 ? 'bad' : 'good'
      if (follows && isRedirect(status, headers.location)) {
        await incoming.discard()
        return { outcome, value: { status, location: headers.location } }
      }
      return { outcome, value: { answer: await this.#answer(hop, incoming) } }
    } catch (error) {
      failure = error
      span?.fail(error)
      return { outcome: outcomeOf(error, outcome), error }
    } finally {
      const ms = wheel.now() - began
      durations.observe(url.host, endOf(status, failure), ms)
      log.debug({ host: url.host, method, status, ms: Math.round(ms) }, 'upstream')
    }
  }

  async #exchange(hop: Hop): Promise<Incoming> {
    const { local, workers, wheel, counters } = this.#parts
    const { plugin, workers: ours } = this.#context
    const { method, url, body } = hop
    const mode = this.#request.workers ?? ours ?? workers?.modeFor({ method, url, plugin }) ?? 'never'
    const exchange = exchangeByWorkers({
      workers,
      mode,
      deadlineAt: this.#limits.deadlineAt,
      now: () => wheel.now(),
      maxBytes: this.#maxBytes,
      counters,
      local: (outgoing, signal) => this.#limits.forHeaders(local(outgoing, signal))
    })
    const headers = this.#headersFor(hop)
    return exchange({ method, url, headers, body: body?.content }, this.#limits.signal)
  }

  #headersFor({ url, headers, body }: Hop): Headers {
    const fromJar = this.#context.jar()?.getCookieStringSync(url.href) ?? ''
    const cookie = [headers['cookie'] ?? '', fromJar].filter(part => part !== '').join('; ')
    return {
      accept: '*/*',
      'accept-encoding': acceptedEncodings,
      'user-agent': this.#parts.settings.userAgent,
      ...(body?.type !== undefined && { 'content-type': body.type }),
      ...this.#parts.telemetry?.propagation(),
      ...headers,
      ...(cookie !== '' && { cookie })
    }
  }

  async #answer({ url, method }: Hop, incoming: Incoming): Promise<HttpAnswer> {
    const { settings, counters } = this.#parts
    const { status, headers } = incoming
    const { host } = url
    const isEmpty = method === 'HEAD' || withoutBody.has(status) || this.#context.headersOnly
    let data: unknown = this.#request.as === 'buffer' ? Buffer.alloc(0) : ''
    try {
      if (isEmpty) await incoming.discard()
      else {
        const bytes = await readBody(incoming.body, headers['content-encoding'], this.#maxBytes)
        counters.receivedBytes += bytes.byteLength
        data = dataOf(bytes, headers['content-type'], this.#request, settings)
      }
    } catch (error) {
      await incoming.discard()
      if (error instanceof SyntaxError)
        throw new UpstreamError('body', { host, status, detail: error.message })
      throw failureOf(error, host, this.#limits.signal, 'body')
    }
    const answer: HttpAnswer = { status, headers, data, url: url.href }
    const { accept = (given: number) => given < 400 } = this.#request
    if (accept(status)) return answer
    throw new UpstreamError('status', { host, status, detail: `it answered with status ${status}`, answer })
  }
}

/** How a request ended, in a word: a class of statuses, or what went wrong before or after there was one. */
function endOf(status: number | undefined, failure: unknown): string {
  if (failure instanceof UpstreamError && failure.kind !== 'status') return failure.kind
  return status === undefined ? 'failed' : `${Math.trunc(status / 100)}xx`
}

/** What a failure shows of the upstream: nothing, where it was ours or the worker's. */
function outcomeOf(error: unknown, soFar: Outcome): Outcome {
  if (!(error instanceof UpstreamError)) return soFar
  const { kind } = error
  if (kind === 'status') return soFar
  if (kind === 'aborted' || kind === 'blocked' || kind === 'circuit' || isWorkersFault(error))
    return 'unknown'
  return 'bad'
}
