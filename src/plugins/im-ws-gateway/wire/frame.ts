import { ImError } from '../codes.ts'
import { assertFlat, isJsonObject, type JsonObject } from './json.ts'

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

/** What of a request its reply names. */
export type RequestName = Pick<Frame, 'reqFuncName' | 'operationID'>

/** A frame that cannot be answered as a request. */
export class FrameError extends ImError {
  /** What could be read of it; empty where nothing could. */
  readonly request: RequestName

  constructor(message: string, request: RequestName = { reqFuncName: '', operationID: '' }) {
    super('badFrame', message)
    this.request = request
  }
}

/** Characters of the members of a frame, except `data`, which is bounded with the frame. */
const maxLength = { reqFuncName: 64, operationID: 256, userID: 160 } as const

/**
 * Reads what a client sent, as text or as bytes of text. Members that are not known are passed over; `userID` and
 * `data` may be missing, and `data` may be the JSON value itself.
 * @throws {FrameError} `badFrame`, with what is needed to answer it, as far as it could be read
 */
export function readFrame(raw: string | Buffer): Frame {
  const value = parsed(raw)
  const reqFuncName = short(value['reqFuncName'], maxLength.reqFuncName)
  const operationID = short(value['operationID'], maxLength.operationID)
  if (reqFuncName === '' || operationID === '') throw unnamed({ reqFuncName, operationID })
  const userID = value['userID'] ?? ''
  if (typeof userID !== 'string' || userID.length > maxLength.userID)
    throw new FrameError(`userID is no text of up to ${maxLength.userID} characters`, {
      reqFuncName,
      operationID
    })
  const data = dataOf(value['data'], { reqFuncName, operationID })
  const batchMsg = numberIn(value['batchMsg'])
  return { reqFuncName, operationID, userID, data, ...(batchMsg !== undefined && { batchMsg }) }
}

/** Only members that are asked for by name are read, and none of them is merged into anything: `JSON.parse` will do. */
function parsed(raw: string | Buffer): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(typeof raw === 'string' ? raw : raw.toString('utf8'))
  } catch {
    throw new FrameError('the frame is no JSON')
  }
  if (!isJsonObject(value)) throw new FrameError('a frame is a JSON object')
  return value
}

function short(value: unknown, length: number): string {
  return typeof value === 'string' && value.length <= length ? value : ''
}

// `Number` of a list goes through all of it, however deep.
function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' || typeof value === 'boolean' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function unnamed(request: RequestName): FrameError {
  const name = request.reqFuncName === '' ? 'reqFuncName' : 'operationID'
  return new FrameError(`${name} is missing, or no text of up to ${maxLength[name]} characters`, request)
}

function dataOf(data: unknown, request: RequestName): string {
  if (typeof data === 'string') return data
  if (data === undefined || data === null) return ''
  try {
    assertFlat(data, 'data', 'badFrame')
  } catch (error) {
    throw new FrameError((error as ImError).message, request)
  }
  return JSON.stringify(data)
}
