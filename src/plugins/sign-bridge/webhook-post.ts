import { createHmac } from 'node:crypto'
import type { Clock } from '../../core/index.ts'

/** What is sent: the id is the same each time that it is sent again. */
export interface Message {
  readonly id: string
  /** JSON. */
  readonly body: string
}

/** How a delivery went. */
export type Delivery = { readonly delivered: true } | { readonly delivered: false; readonly because: string }

export interface PostOptions {
  readonly url: string
  /** What messages are signed with; they are not when it is absent. */
  readonly secret?: string | undefined
  readonly timeoutMs: number
  readonly clock: Clock
}

/** Sends a message once. It never throws, and `because` holds nothing of the URL. */
export async function post(
  message: Message,
  { url, secret, timeoutMs, clock }: PostOptions,
  aborting: AbortController
): Promise<Delivery> {
  let late = false
  const timer = clock.after(timeoutMs, () => {
    late = true
    aborting.abort()
  })
  try {
    const { status, body } = await fetch(url, {
      method: 'POST',
      headers: headersOf(message, secret, clock.now()),
      body: message.body,
      // A redirect would take the event, and its signature, to somebody else.
      redirect: 'manual',
      signal: aborting.signal
    })
    await body?.cancel()
    return status >= 200 && status < 300
      ? { delivered: true }
      : { delivered: false, because: `it answered ${status}` }
  } catch (error) {
    return { delivered: false, because: late ? `it did not answer within ${timeoutMs} ms` : reasonOf(error) }
  } finally {
    timer.cancel()
  }
}

/** As in Standard Webhooks 1.0, so that receivers can check them with what exists for that. */
function headersOf({ id, body }: Message, secret: string | undefined, now: number): Record<string, string> {
  const seconds = String(Math.floor(now / 1_000))
  const headers = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': seconds }
  if (secret === undefined) return headers
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return { ...headers, 'webhook-signature': `v1,${signature}` }
}

/** The code of a failed connection: the text of such an error may hold the URL, and that a token. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause
    ? `it cannot be reached (${String(cause.code)})`
    : 'the connection failed'
}
