import { ImError } from '../codes.ts'
import type { CoreEvent, Device } from '../user-core.ts'
import {
  decodeCall,
  dialectOf,
  FrameError,
  loginStatusData,
  readFrame,
  textData,
  type CoreCall,
  type Frame,
  type RequestName,
  type SessionCall
} from '../wire/index.ts'
import type { Connection } from './connection.ts'
import type { Counters } from './counters.ts'
import { kickFarewell, logoutFarewell, refusalFarewell } from './endings.ts'
import { logIn, type LoginParts } from './login.ts'
import type { Job } from './request-queue.ts'

/** What answering takes. */
export interface DispatchParts extends LoginParts {
  readonly counters: Pick<Counters, 'frameErrors'>
  readonly loginTimeoutMs: number
  /** A login was answered. */
  loggedIn(connection: Connection, failure: ImError | undefined): void
}

type Operation = (args: unknown, device: Device) => Promise<unknown>

/** What requests count as that could not be understood. */
const unreadable = '(unreadable)'
const nameless: RequestName = { reqFuncName: '', operationID: '' }

/**
 * Answers what a client sent: in its turn, or at once where it only asks for the status (specification §0.8). Whatever
 * it is, there is one answer.
 */
export function dispatch(connection: Connection, raw: Buffer, parts: DispatchParts): void {
  const bytes = raw.length
  let frame: Frame
  try {
    frame = readFrame(raw)
  } catch (error) {
    parts.counters.frameErrors++
    const request = error instanceof FrameError ? error.request : nameless
    return connection.queue.add({ request, bytes, method: unreadable, run: failing(error) })
  }
  if (connection.state === 'none')
    connection.dialect = dialectOf(connection.hello.operationID !== undefined, frame)
  let call: SessionCall | CoreCall
  try {
    if (frame.userID !== connection.userID) throw new ImError('userDiffers')
    call = decodeCall(connection.dialect, frame, connection.userID)
  } catch (error) {
    parts.counters.frameErrors++
    if (frame.reqFuncName === 'Login' && connection.state === 'none')
      return begin(connection, frame, bytes, failing(error), parts)
    return connection.queue.add({ request: frame, bytes, method: unreadable, run: failing(error) })
  }
  if ('operation' in call) return connection.queue.add(operation(connection, frame, bytes, call))
  answer(connection, frame, bytes, call, parts)
}

function failing(error: unknown): () => Promise<never> {
  return async () => {
    throw error
  }
}

function answer(
  connection: Connection,
  frame: Frame,
  bytes: number,
  call: SessionCall,
  parts: DispatchParts
): void {
  const method = frame.reqFuncName
  switch (call.session) {
    case 'status':
      return connection.reply(frame, loginStatusData(connection.dialect, connection.state))
    case 'user':
      if (connection.state !== 'loggedIn') return connection.reply(frame, new ImError('notLoggedIn'))
      return connection.reply(frame, textData(connection.dialect, connection.userID))
    case 'login': {
      if (connection.state === 'none')
        return begin(connection, frame, bytes, () => logIn(connection, call, parts), parts)
      return connection.reply(frame, loginError(connection))
    }
    case 'logout':
    case 'nothing':
      return connection.queue.add({
        request: frame,
        bytes,
        method,
        async run() {
          assertLoggedIn(connection)
          return ''
        },
        answered(failure) {
          if (call.session === 'logout' && !failure) connection.end(logoutFarewell)
        }
      })
  }
}

/** Puts a login under way. */
function begin(
  connection: Connection,
  frame: Frame,
  bytes: number,
  run: () => Promise<readonly CoreEvent[]>,
  parts: DispatchParts
): void {
  let missed: readonly CoreEvent[] = []
  const { operationID = frame.operationID } = connection.hello
  const isReturn = operationID !== frame.operationID
  connection.state = 'loggingIn'
  connection.batch = frame.batchMsg === 1
  connection.queue.add({
    request: frame,
    bytes,
    method: frame.reqFuncName,
    async run() {
      missed = await run()
      return ''
    },
    answered(error) {
      parts.loggedIn(connection, error)
      if (connection.isOpen && connection.isKicked) return connection.end(kickFarewell)
      if (connection.isOpen && !error) return connection.welcome(missed)
      const { dialect } = connection
      const { loginTimeoutMs } = parts
      const farewell = error && refusalFarewell({ error, dialect, isReturn, loginTimeoutMs })
      if (connection.isOpen) return farewell && connection.end(farewell)
      // It came when the close was on its way: a client of 3.x must still be able to log in again.
      if (error?.code === 'busy' && farewell?.push) connection.push(farewell.push)
    }
  })
}

function operation(connection: Connection, frame: Frame, bytes: number, call: CoreCall): Job {
  return {
    request: frame,
    bytes,
    method: frame.reqFuncName,
    async run() {
      const core = assertLoggedIn(connection)
      const perform = core.operations[call.operation] as Operation
      return call.encode(await perform(call.args, connection))
    }
  }
}

function assertLoggedIn({ state, session }: Connection) {
  if (state === 'loggedIn' && session) return session.core
  if (state === 'kicked') throw new ImError('tokenKicked')
  throw new ImError(state === 'tokenExpired' ? 'tokenExpired' : 'notLoggedIn')
}

/** Why there is no second login on a connection. */
function loginError({ state }: Connection): ImError {
  switch (state) {
    case 'loggingIn':
      return new ImError('loginPending')
    case 'loggedIn':
      return new ImError('loginRepeated')
    case 'kicked':
      return new ImError('tokenKicked')
    case 'tokenExpired':
    case 'tokenInvalid':
      return new ImError(state)
    default:
      return new ImError('notLoggedIn')
  }
}
