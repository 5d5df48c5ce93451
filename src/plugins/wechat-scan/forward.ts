import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import { bodyText } from './bounded-body.ts'

const timeoutMs = 2_500
const maxReplyBytes = 32_768

/** A push as it came. */
export interface RawPush {
  /** Behind the question mark, as it stood in the URL. */
  readonly query: string
  readonly contentType: string
  readonly body: Buffer
}

export interface ForwardParts {
  readonly url: string
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly fetch: typeof fetch
}

/**
 * Hands a push on, unchanged, so that another program can verify and open it as if it came from WeChat. Resolves to
 * its reply if it has one to give in time. Never rejects.
 */
export async function forwardPush(raw: RawPush, parts: ForwardParts): Promise<string | undefined> {
  const { url, clock, log, fetch: call } = parts
  const target = new URL(url)
  target.search = [target.search.slice(1), raw.query].filter(text => text !== '').join('&')
  const late = new AbortController()
  const timer = clock.after(timeoutMs, () => late.abort())
  try {
    const response = await call(target, {
      method: 'POST',
      headers: { 'content-type': raw.contentType },
      body: new Uint8Array(raw.body),
      redirect: 'error',
      signal: late.signal
    })
    const text = (await bodyText(response, maxReplyBytes)).trim()
    if (!response.ok) log.warn({ status: response.status }, 'the program behind forwardUrl refused a push')
    return response.ok && /^[<{]/.test(text) ? text : undefined
  } catch {
    // What is thrown may name the URL and its query.
    log.warn(late.signal.aborted ? 'forwardUrl did not answer in time' : 'forwardUrl cannot be reached')
    return undefined
  } finally {
    timer.cancel()
  }
}
