import { codes, type ImError } from '../codes.ts'
import { generationOf } from './dialect.ts'
import { FrameError, type Dialect, type ReplyFrame, type RequestName } from './frame.ts'

/** The text of a frame. */
export function encodeReply(frame: ReplyFrame): string {
  return JSON.stringify(frame)
}

/** The answer to a request that went well. `data`: what the call's own `encode` made of the result. */
export function successReply(request: RequestName, data: string): ReplyFrame {
  return { event: request.reqFuncName, errCode: 0, errMsg: '', data, operationID: request.operationID }
}

/**
 * The answer to a request that failed, with the number that the client's generation has for it.
 * @param dialect `undefined`: not known yet
 * @param request `undefined`: it could not be read; a {@link FrameError} says what could
 */
export function errorReply(
  dialect: Dialect | undefined,
  request: RequestName | undefined,
  error: ImError
): ReplyFrame {
  const { reqFuncName, operationID } = request ?? (error instanceof FrameError ? error.request : nameless)
  return {
    event: reqFuncName || 'error',
    errCode: codes[error.code][generationOf(dialect)],
    errMsg: error.message,
    data: '',
    operationID
  }
}

const nameless: RequestName = { reqFuncName: '', operationID: '' }

/** A frame that nobody asked for. @param failure what goes with `OnConnectFailed` and `OnSyncServerFailed` */
export function pushFrame(
  event: string,
  data = '',
  failure: { readonly errCode: number; readonly errMsg: string } = { errCode: 0, errMsg: '' }
): ReplyFrame {
  return { event, ...failure, data, operationID: '' }
}

/** Where a connection is with its login. */
export type LoginState =
  | 'none'
  | 'loggingIn'
  | 'loggedIn'
  | 'failed'
  | 'loggedOut'
  | 'tokenExpired'
  | 'tokenInvalid'
  | 'kicked'

const statuses: Readonly<Record<LoginState, { readonly v2: number; readonly v3: 1 | 2 | 3 }>> = {
  none: { v2: 0, v3: 1 },
  loggingIn: { v2: 102, v3: 2 },
  loggedIn: { v2: 101, v3: 3 },
  failed: { v2: 103, v3: 1 },
  loggedOut: { v2: 201, v3: 1 },
  tokenExpired: { v2: 701, v3: 1 },
  tokenInvalid: { v2: 702, v3: 1 },
  kicked: { v2: 703, v3: 1 }
}

/** The `data` of the answer to `GetLoginStatus` (specification §2.2). */
export function loginStatusData(dialect: Dialect, state: LoginState): string {
  return String(statuses[state][generationOf(dialect)])
}

/** The `data` of an answer that is a text, like that to `GetLoginUser`: raw in 2.x, JSON in 3.x. */
export function textData(dialect: Dialect, text: string): string {
  return dialect === '3' ? JSON.stringify(text) : text
}
