import { WorkerFailure, type FetchWorkers, type WorkerMode } from '../fetch-workers/service.ts'
import type { Counters } from './counters.ts'
import type { Exchange, Incoming, Outgoing } from './exchange.ts'
import { BodyError, readBody } from './response-body.ts'
import { UpstreamError, type UpstreamErrorKind } from './upstream-error.ts'

/** What a request is handed to a worker with. */
export interface WorkerExchange {
  readonly workers: FetchWorkers | undefined
  readonly mode: WorkerMode
  /** Monotonic milliseconds: the same for the worker and for the gateway after it. */
  readonly deadlineAt: number
  readonly now: () => number
  readonly maxBytes: number
  readonly counters: Counters
  /** Makes the request from here. */
  readonly local: Exchange
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Lets a worker make a request, or makes it from here where that is wanted, or safe after a worker has failed: nothing that
 * an upstream may have got already is sent to it again, but for what changes nothing there.
 */
export function exchangeByWorkers(options: WorkerExchange): Exchange {
  const { workers, mode, deadlineAt, now, maxBytes, counters, local } = options
  return async (outgoing, signal) => {
    const { host } = outgoing.url
    if (mode === 'never' || (mode === 'prefer' && (!workers || isStream(outgoing))))
      return local(outgoing, signal)
    if (!workers)
      throw new UpstreamError('connect', { host, sent: false, detail: 'fetch-workers is not turned on' })
    const body = await wholeBody(outgoing, maxBytes)
    try {
      return await byWorker(workers, { ...outgoing, body }, { deadlineAt, mode, signal }, maxBytes, counters)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof WorkerFailure)) throw error
      if (mode !== 'prefer' || !mayRepeat(error, outgoing.method)) throw upstreamErrorOf(error, host)
      if (now() >= deadlineAt)
        throw error.kind === 'target' ? upstreamErrorOf(error, host) : tooLate(error, host)
      counters.workerFallbacks++
      return local({ ...outgoing, body }, signal)
    }
  }
}

/** Whether a failure says nothing about the upstream: it was the worker's, or there was none. */
export function isWorkersFault(error: UpstreamError): boolean {
  return error.cause instanceof WorkerFailure && error.cause.kind !== 'target'
}

async function byWorker(
  workers: FetchWorkers,
  { method, url, headers, body }: Outgoing & { readonly body: Uint8Array | undefined },
  options: Parameters<FetchWorkers['fetch']>[1],
  maxBytes: number,
  counters: Counters
): Promise<Incoming> {
  const { cookie, ...others } = headers
  const answer = await workers.fetch(
    { method, url: url.href, headers: others, cookies: cookie?.split('; ') ?? [], body, maxBytes },
    options
  )
  counters.byWorkers++
  return {
    status: answer.status,
    headers: { ...answer.headers, 'set-cookie': [...answer.setCookies] },
    body: once(answer.body),
    discard: () => Promise.resolve()
  }
}

function isStream({ body }: Outgoing): boolean {
  return body !== undefined && !(body instanceof Uint8Array)
}

async function wholeBody({ body, url }: Outgoing, maxBytes: number): Promise<Uint8Array | undefined> {
  if (body === undefined || body instanceof Uint8Array) return body
  try {
    return await readBody(body, undefined, maxBytes)
  } catch (error) {
    if (!(error instanceof BodyError)) throw error
    throw new UpstreamError('body', {
      host: url.host,
      sent: false,
      detail: `what is sent is too large for a worker: ${error.message}`
    })
  }
}

function mayRepeat({ acked, kind }: WorkerFailure, method: string): boolean {
  if (kind === 'aborted' || kind === 'too_large') return false
  return !acked || safeMethods.has(method)
}

function upstreamErrorOf(failure: WorkerFailure, host: string): UpstreamError {
  const facts = { host, sent: failure.acked, detail: failure.message, cause: failure }
  return new UpstreamError(failure.fault ?? kinds[failure.kind], facts)
}

/** The gateway would have asked in the place of the worker, and has no time left to. */
function tooLate(failure: WorkerFailure, host: string): UpstreamError {
  return new UpstreamError('timeout', {
    host,
    sent: failure.acked,
    detail: `no time was left after: ${failure.message}`,
    cause: failure
  })
}

const kinds: Readonly<Record<WorkerFailure['kind'], UpstreamErrorKind>> = {
  none: 'connect',
  credentials: 'blocked',
  refused: 'blocked',
  lost: 'connect',
  timeout: 'timeout',
  target: 'connect',
  too_large: 'body',
  aborted: 'aborted'
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes
}
