/** Kinds of clients, by what they speak: `open-im-sdk` 2.0.x, 2.3.x and 3.x. */
export type Dialect = '2.0' | '2.3' | '3'

/** What clients send (specification §1.2). */
export interface Frame {
  readonly reqFuncName: string
  readonly operationID: string
  readonly userID: string
  /** 2.x: a JSON object or array, bare text, or empty. 3.x: a JSON array of positional arguments. */
  readonly data: string
  /** With the Login of 2.3.x: 1 when it wants new messages in batches. */
  readonly batchMsg?: number
}

/** What clients get, for their requests and unasked (specification §1.3). Both `event` and `data` are always strings. */
export interface ReplyFrame {
  readonly event: string
  /** 0: success. */
  readonly errCode: number
  readonly errMsg: string
  readonly data: string
  readonly operationID: string
}
