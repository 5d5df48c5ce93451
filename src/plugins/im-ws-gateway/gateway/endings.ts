import type { CodeName, ImError } from '../codes.ts'
import { pushFrame, type Dialect, type LoginState, type ReplyFrame } from '../wire/index.ts'
import type { Ending } from './counters.ts'

/** How a connection is brought to its end. */
export interface Farewell {
  readonly ending: Ending
  /** What its status is from now on; `undefined`: what it was. */
  readonly state: LoginState | undefined
  /** What the client is told before, so that it does not come back, or can log in anew. */
  readonly push: ReplyFrame | undefined
  /** Milliseconds until the gateway closes, if the client has not by then. Infinity: it does not. */
  readonly closeMs: number
  /** Close code: clients ignore it, people who look at the network do not. */
  readonly code: number
}

/** Close codes of our own: those from 4500 on mean that coming back is of no use. */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  policy: 1008,
  tooLarge: 1009,
  later: 1013,
  kicked: 4500,
  expired: 4501,
  refused: 4502
} as const

const kickedOffline = pushFrame('OnKickedOffline')
const tokenExpired = pushFrame('OnUserTokenExpired')
/** An answer to nothing: 3.x clients take it for the end of their session, and can log in again. Apps see nothing. */
const endOfSession: ReplyFrame = { event: 'Logout', errCode: 0, errMsg: '', data: '', operationID: '' }

/** Long enough that a client has handled what it was told; 3.x clients close by themselves. */
const farewellMs = 1_500

/** Another login of the user, or an administrator, has ended the session. */
export const kickFarewell: Farewell = {
  ending: 'kicked',
  state: 'kicked',
  push: kickedOffline,
  closeMs: farewellMs,
  code: closeCodes.kicked
}

/** The token has expired in mid-session. */
export const expiryFarewell: Farewell = {
  ending: 'expired',
  state: 'tokenExpired',
  push: tokenExpired,
  closeMs: farewellMs,
  code: closeCodes.expired
}

/** After the answer to a Logout: 2.0.3 does not close by itself in a mini-program. */
export const logoutFarewell: Farewell = {
  ending: 'logged_out',
  state: 'loggedOut',
  push: undefined,
  closeMs: 1_000,
  code: closeCodes.normal
}

/** Its client uses another socket. It is let lie, since it would be back if it were closed. */
export const replacedFarewell: Farewell = {
  ending: 'replaced',
  state: 'loggedOut',
  push: undefined,
  closeMs: Infinity,
  code: closeCodes.normal
}

/** A connection does not log in. */
export const silenceFarewell: Farewell = {
  ending: 'silent',
  state: 'failed',
  push: undefined,
  closeMs: 0,
  code: closeCodes.policy
}

/** It sends much without having logged in. */
export const excessFarewell: Farewell = { ...silenceFarewell, code: closeCodes.tooLarge }

/** The gateway closes, and all that was asked is answered. Nothing is said before: clients are to come back. */
export const drainFarewell: Farewell = {
  ending: 'drained',
  state: undefined,
  push: undefined,
  closeMs: 0,
  code: closeCodes.goingAway
}

/** What may be better in a moment, so that a client which comes back by itself should. */
const passing: ReadonlySet<CodeName> = new Set([
  'tokenUnknown',
  'tooManyConnections',
  'busy',
  'timeout',
  'internal',
  'notLoggedIn'
] as const)
const badToken: ReadonlySet<CodeName> = new Set([
  'tokenInvalid',
  'tokenMalformed',
  'tokenNotYetValid',
  'platformDiffers',
  'userDiffers'
] as const)

/** Why a login was refused, and to whom. */
export interface Refusal {
  readonly error: ImError
  readonly dialect: Dialect
  /** True: the client has been logged in before, and has come back by itself. Known of 3.x clients only. */
  readonly isReturn: boolean
  /** How long a connection may be open without a login. */
  readonly loginTimeoutMs: number
}

/**
 * What follows a Login that was answered with an error (specification §1.4, §2.5). 3.x clients are told something that
 * makes them forget the session, since they could not log in again otherwise; where it may be better in a moment those
 * that have come back by themselves are only closed, and come again in 5 s. 2.0 clients come back 2 s after any close,
 * for ever: what will not change is let lie open for as long as possible. An immediate close would hide the error.
 */
export function refusalFarewell({ error, dialect, isReturn, loginTimeoutMs }: Refusal): Farewell {
  const isPassing = passing.has(error.code)
  const holdMs = dialect === '2.0' && !isPassing ? Math.max(farewellMs, loginTimeoutMs) : farewellMs
  return {
    ending: 'refused',
    state: refusedState(error.code),
    push: dialect === '3' ? pushFor(error.code, isPassing && isReturn) : undefined,
    closeMs: holdMs,
    code: isPassing ? closeCodes.later : closeCodes.refused
  }
}

function pushFor(code: CodeName, comesBack: boolean): ReplyFrame | undefined {
  if (comesBack) return undefined
  if (code === 'tokenKicked') return kickedOffline
  return code === 'tokenExpired' || badToken.has(code) ? tokenExpired : endOfSession
}

function refusedState(code: CodeName): LoginState {
  if (code === 'tokenKicked') return 'kicked'
  if (code === 'tokenExpired') return 'tokenExpired'
  return badToken.has(code) ? 'tokenInvalid' : 'failed'
}
