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
