import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import type { Frame } from './frame.ts'
import type { PinOutcome } from './pin-verdict.ts'

/** What a control says to one request. */
export type Reply =
  | { readonly kind: 'data'; readonly data: readonly unknown[] }
  | {
      readonly kind: 'refused'
      readonly because: 'pin' | 'locked' | 'reader' | 'status' | 'unknown'
      readonly code: string | undefined
    }
  | { readonly kind: 'malformed' }

/** What a reply to a signing request comes to. */
export type SignOutcome =
  | { readonly sign: string; readonly certNo: string | undefined; readonly extra: boolean }
  | { readonly error: ApiError; readonly pin: PinOutcome }

/** Reader reset failed, reader cannot be opened, no key for this user (e-port control 1.5). */
const readerFaults = new Set(['Err:Custom50070', 'Err:Custom50200', 'Err:Custom51590'])
/** The codes of a wrong or locked PIN are not public, its texts are. */
const pinWords = /口令|密码|锁|passw(?:or)?d|(?<![a-z])pin(?![a-z])/i
/** Said of a card that is locked, and not of one that will be after some more tries. */
const lockedWords =
  /已[经被]*锁|被锁[死定]|锁定状态|(?:is|was|been|already) (?:locked|blocked)|(?:card|pin) (?:locked|blocked)/i
const deviceCode = /^Err:(?:Custom|Base)\d{5}$/

/** Reads the reply in a frame, without trusting any part of it. */
export function readReply({ status, body }: Frame): Reply {
  if (status !== undefined && status !== '00')
    return refusal(body?.['Error'], body?.['Result'] === false ? 'unknown' : 'status', statusCode(status))
  if (typeof body?.['Result'] !== 'boolean') return { kind: 'malformed' }
  if (!body['Result']) return refusal(body['Error'])
  return { kind: 'data', data: Array.isArray(body['Data']) ? body['Data'] : [] }
}

/** Reads the reply to a signing request. Errors hold at most a code of the control, never its text. */
export function readSignature(reply: Reply): SignOutcome {
  if (reply.kind === 'malformed')
    return { error: new ApiError(Errors['sign.protocol_error']), pin: 'unanswered' }
  if (reply.kind === 'refused') return refused(reply.because, reply.code)
  const [sign, certNo] = reply.data
  if (!isText(sign) || (reply.data.length > 1 && !isText(certNo)))
    return { error: new ApiError(Errors['sign.empty_result']), pin: 'unanswered' }
  return { sign, certNo: isText(certNo) ? certNo : undefined, extra: reply.data.length > 2 }
}

/** The first value of a reply to a reading request, if it is a text. */
export function firstText(reply: Reply): string | undefined {
  return reply.kind === 'data' && isText(reply.data[0]) ? reply.data[0] : undefined
}

/** Shorter than any PIN: what is longer may quote one. */
function statusCode(status: unknown): string | undefined {
  return typeof status === 'string' && /^\d{1,3}$/.test(status) ? `status ${status}` : undefined
}

function refusal(error: unknown, otherwise: 'status' | 'unknown' = 'unknown', status?: string): Reply {
  const texts = Array.isArray(error) ? error.filter(isText) : isText(error) ? [error] : []
  const code = texts.find(text => deviceCode.test(text))
  if (code && readerFaults.has(code)) return { kind: 'refused', because: 'reader', code }
  const says = (words: RegExp): boolean => texts.some(text => words.test(text))
  const because = says(lockedWords) ? 'locked' : says(pinWords) ? 'pin' : otherwise
  return { kind: 'refused', because, code: code ?? status }
}

/** A PIN does not get as far as the card when the reader fails; of a signature that fails it may be the reason. */
const outcomes = {
  pin: 'refused',
  locked: 'locked',
  reader: 'unsent',
  status: 'unanswered',
  unknown: 'doubtful'
} as const

function refused(because: keyof typeof outcomes, code: string | undefined): SignOutcome {
  const context = code ? { detail: `The device answered ${code}` } : {}
  const isPin = because === 'pin' || because === 'locked'
  const error = new ApiError(Errors[isPin ? 'sign.pin_refused' : 'sign.device_error'], context)
  return { error, pin: outcomes[because] }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
