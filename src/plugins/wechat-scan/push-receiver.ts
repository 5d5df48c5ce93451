import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import { forwardPush, type RawPush } from './forward.ts'
import type { MessageListeners } from './messages.ts'
import { openPush, type CallbackAccount, type OpenedPush } from './opened-push.ts'
import { deliver } from './push-delivery.ts'
import { readPush, type Push } from './push-message.ts'
import type { PushQuery } from './push-query.ts'
import type { XmlReader } from './push-xml.ts'
import type { ScanSink } from './push.ts'
import { Refusal } from './refusal.ts'
import { replyTo, success } from './replies.ts'
import type { ReplayGuard } from './replay-guard.ts'
import { pause } from './wechat-call.ts'

export interface ReceiverParts {
  readonly sink: ScanSink
  readonly messages: MessageListeners
  readonly replays: ReplayGuard
  readonly readXml: XmlReader
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly settings: { readonly forwardUrl: string }
  /** Default: Node's own. */
  readonly fetch?: typeof fetch
}

/** After 5 seconds WeChat hangs up and tries again; the user sees a fault after the third time. */
const deadlineMs = 3_000
/** A state that is away is often back in a moment; what is answered by `success` is not sent again. */
const retryPausesMs: readonly number[] = [200, 1_000]

/** Takes a push and resolves to the body of its answer. @throws {Refusal} for one that is not WeChat's */
export type PushReceiver = (account: CallbackAccount, query: PushQuery, raw: RawPush) => Promise<string>

/** A push that is WeChat's, and how it came. */
interface Received {
  readonly account: CallbackAccount
  readonly query: PushQuery
  readonly raw: RawPush
  readonly opened: OpenedPush
  readonly push: Push
}

/**
 * Makes what receives pushes. One that is WeChat's is always answered within the deadline, by `success` if need be:
 * WeChat stops pushing for a minute to whoever fails it again and again.
 */
export function pushReceiver(parts: ReceiverParts): PushReceiver {
  const { clock, log } = parts
  return async (account, query, raw) => {
    const opened = openPush(account, query, raw.body)
    const push = read(account, opened, parts)
    if (!push) return success
    const work = answerOnce({ account, query, raw, opened, push }, parts)
    return inTime(work, clock, () => {
      log.warn({ account: account.name }, 'a push was answered before its work was done')
      return success
    })
  }
}

// In plain mode nothing proves that WeChat wrote the body. Elsewhere it did, and must be answered.
function read(
  account: CallbackAccount,
  { content, unsigned }: OpenedPush,
  { readXml, log }: ReceiverParts
): Push | undefined {
  try {
    return readPush(account.name, content, readXml)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    if (unsigned) throw new Refusal('format')
    log.error({ account: account.name, err: error }, 'a push of WeChat cannot be read')
    return undefined
  }
}

async function answerOnce(
  received: Received,
  parts: ReceiverParts,
  [pauseMs, ...later] = retryPausesMs
): Promise<string> {
  const { clock, log } = parts
  const account = received.account.name
  try {
    return await effectOf(received, parts)
  } catch (error) {
    if (error instanceof Refusal) throw error
    if (pauseMs === undefined) {
      log.error({ account, err: error }, 'a push had no effect')
      return success
    }
    log.warn({ account, err: error }, 'a push failed, and is tried again')
    await pause(clock, pauseMs)
    return answerOnce(received, parts, later)
  }
}

async function effectOf(received: Received, parts: ReceiverParts): Promise<string> {
  const { account, query, opened, push } = received
  const { replays } = parts
  const signed = { account: account.name, timestamp: query.timestamp }
  const { unsigned } = opened
  const isOwn = !unsigned || (await replays.claim(signed, unsigned.signature, unsigned.digest))
  if (!isOwn) throw new Refusal('replay')
  return replays.once(signed, push.identity, () => answer(received, parts), success)
}

async function answer({ account, raw, opened, push }: Received, parts: ReceiverParts): Promise<string> {
  const { clock, log, settings, fetch: call = fetch } = parts
  const url = settings.forwardUrl
  const forward = url === '' ? undefined : () => forwardPush(raw, { url, clock, log, fetch: call })
  const delivered = await deliver(push, { ...parts, forward })
  if (!delivered) return success
  if ('reply' in delivered) return delivered.reply
  try {
    return replyTo(push, delivered.text, { account, key: opened.key, nowMs: clock.now() })
  } catch (error) {
    log.error({ account: account.name, err: error }, 'a text cannot be shown in a chat')
    return success
  }
}

function inTime<T>(work: Promise<T>, clock: Clock, late: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(deadlineMs, () => resolve(late()))
    work.then(resolve, reject).finally(() => timer.cancel())
  })
}
