import type { Clock } from '../../core/index.ts'
import { bodyText } from './bounded-body.ts'
import { refusedCall, unanswered, WechatApiError } from './wechat-api-error.ts'

const timeoutMs = 5_000
const maxBytes = 65_536
/** WeChat asks for another try when it is busy. */
const busyWaitsMs = [200, 1_000]

/** One call to the WeChat API: a POST where there is a body. */
export interface WechatCall {
  /** `/cgi-bin/…`, which also names the call in errors. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object
  readonly signal?: AbortSignal | undefined
}

export interface CallParts {
  /** Base URL, `https://api.weixin.qq.com`. */
  readonly base: string
  readonly clock: Clock
  readonly fetch: typeof fetch
}

/** The members of an answer without an error. */
export type Answer = Readonly<Record<string, unknown>>

/**
 * Calls WeChat, again where it says that it is busy.
 * @param secrets what the call holds and no error may say
 * @throws {WechatApiError} or what `call.signal` aborts with
 */
export async function callWechat(
  call: WechatCall,
  parts: CallParts,
  ...secrets: readonly string[]
): Promise<Answer> {
  for (const waitMs of busyWaitsMs) {
    try {
      // eslint-disable-next-line no-await-in-loop
      return await callOnce(call, parts, secrets)
    } catch (error) {
      if (!(error instanceof WechatApiError && error.errcode === -1)) throw error
    }
    // eslint-disable-next-line no-await-in-loop
    await pause(parts.clock, waitMs)
    call.signal?.throwIfAborted()
  }
  return callOnce(call, parts, secrets)
}

/** Resolves after `delayMs`. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise(resolve => {
    clock.after(delayMs, resolve)
  })
}

async function callOnce(call: WechatCall, parts: CallParts, secrets: readonly string[]): Promise<Answer> {
  const answer = answerIn(call.path, await exchange(call, parts))
  const { errcode = 0, errmsg } = answer
  if (errcode === 0) return answer
  throw refusedCall(call.path, Number(errcode), without(secrets, errmsg), parts.clock.now())
}

// What is thrown below may name the URL, and with it the token: none of it is kept.
async function exchange(call: WechatCall, { base, clock, fetch: send }: CallParts): Promise<string> {
  const { path, query = {}, body, signal } = call
  signal?.throwIfAborted()
  const late = new AbortController()
  const timer = clock.after(timeoutMs, () => late.abort())
  try {
    const response = await send(`${base.replace(/\/+$/, '')}${path}?${String(new URLSearchParams(query))}`, {
      redirect: 'error',
      signal: signal ? AbortSignal.any([late.signal, signal]) : late.signal,
      ...(body && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body)
      })
    })
    const text = await bodyText(response, maxBytes)
    if (response.status >= 500 || !text) throw unanswered(path, `status ${response.status}`)
    return text
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof WechatApiError) throw error
    throw unanswered(path, late.signal.aborted ? `nothing within ${timeoutMs} ms` : reasonOf(error))
  } finally {
    timer.cancel()
  }
}

// WeChat sends JSON under other content types, too.
function answerIn(path: string, text: string): Answer {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw unanswered(path, 'what came is no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unanswered(path, 'what came is no JSON object')
  return value as Answer
}

function without(secrets: readonly string[], errmsg: unknown): string {
  const text = secrets.reduce(
    (kept, secret) => (secret === '' ? kept : kept.replaceAll(secret, '…')),
    typeof errmsg === 'string' ? errmsg : 'no text'
  )
  return text.replaceAll(/\p{Cc}/gu, ' ').slice(0, 300)
}

/** `ECONNREFUSED` and the like. */
function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return error.message
  const { cause } = error as { readonly cause?: { readonly code?: unknown } }
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed'
}
