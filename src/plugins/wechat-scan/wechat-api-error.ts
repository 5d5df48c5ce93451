import { nextWechatDayInMs } from './wechat-day.ts'

/** What is known of a call that WeChat did not fulfil. */
export interface WechatApiFailure {
  /** WeChat's own number; 0 when there was no answer that could be read. */
  readonly errcode: number
  /** The same call may succeed in a moment. */
  readonly retryable: boolean
  /** Milliseconds since the Unix epoch before which another try makes no sense, where that is known. */
  readonly retryAt?: number
  /** The request's number, which WeChat's support asks for. */
  readonly rid?: string
}

/** A call to the WeChat API has failed. Its text is for operators and holds neither secret nor token nor URL. */
export class WechatApiError extends Error {
  readonly errcode: number
  readonly retryable: boolean
  readonly retryAt: number | undefined
  readonly rid: string | undefined

  constructor(message: string, { errcode, retryable, retryAt, rid }: WechatApiFailure) {
    super(message)
    this.name = 'WechatApiError'
    this.errcode = errcode
    this.retryable = retryable
    this.retryAt = retryAt
    this.rid = rid
  }
}

/** WeChat could not be reached, or what came was no answer of its API. */
export function unanswered(call: string, why: string): WechatApiError {
  return new WechatApiError(`WeChat did not answer ${call}: ${why}`, { errcode: 0, retryable: true })
}

/** What operators can do about WeChat's errors. */
const hints: Readonly<Record<number, string>> = {
  [-1]: 'WeChat is busy',
  40001: 'AppSecret is wrong, or another program keeps ending our access tokens',
  40013: 'AppID is wrong',
  40125: 'AppSecret is wrong',
  45009: 'the quota of the day is used up; it starts anew at midnight in Beijing',
  45011: 'too many calls in a minute',
  48001: 'the account may not do this: QR codes need a verified service account, or a sandbox account'
}

const minuteMs = 60_000

/** An answer of WeChat that says what is wrong. `errmsg` must hold nothing secret. */
export function refusedCall(call: string, errcode: number, errmsg: string, nowMs: number): WechatApiError {
  const rid = /\brid: ?([\w-]{1,64})/.exec(errmsg)?.[1]
  const hint = hintOf(errcode, errmsg)
  const retryAt = retryAtOf(errcode, nowMs)
  return new WechatApiError(`${call} failed with ${errcode}: ${hint ? `${hint} (${errmsg})` : errmsg}`, {
    errcode,
    retryable: errcode === -1,
    ...(retryAt !== undefined && { retryAt }),
    ...(rid !== undefined && { rid })
  })
}

function hintOf(errcode: number, errmsg: string): string | undefined {
  if (errcode !== 40164) return hints[errcode]
  const ip = /\binvalid ip ([\d.:a-f]+)/i.exec(errmsg)?.[1]
  return `add ${ip ?? 'the address of this gateway'} to the IP whitelist of the account`
}

function retryAtOf(errcode: number, nowMs: number): number | undefined {
  if (errcode === 45011) return nowMs + minuteMs
  return errcode === 45009 ? nowMs + nextWechatDayInMs(nowMs) : undefined
}
