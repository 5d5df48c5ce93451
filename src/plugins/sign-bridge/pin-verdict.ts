import { anyPin, type PinRow } from './pin-guard-rows.ts'

/** How an attempt ended, as far as its PIN is concerned. */
export type PinOutcome =
  /** The card took it. */
  | 'accepted'
  /** The card said that it is wrong. */
  | 'refused'
  /** The card said that it is locked. */
  | 'locked'
  /** The card failed and did not say why: the codes of a wrong PIN are not public. */
  | 'doubtful'
  /** No reply came, or none that says anything. */
  | 'unanswered'
  /** It never reached the card. */
  | 'unsent'

/**
 * What may be done with a PIN on a card. `proven`: it has signed there. `new`: it has not; the attempt is one that
 * counts. `later`: another such attempt is under way. `blocked`: only an operator may allow it again.
 */
export type PinVerdict = 'proven' | 'new' | 'later' | 'blocked'

/** Different wrong PINs after which a card gets none any more: cards lock after three or more. */
const wrongPins = 2

export interface PinRules {
  /** Failures of unknown kind in a row, or attempts in which a process died, after which a PIN is blocked. */
  readonly unclearPinLimit: number
  /** With what all digests under the present key begin. */
  readonly keyId: string
}

/** Judges a PIN by all rows of the targets that a device stands for. `now` in milliseconds since the epoch. */
export function judge(rows: readonly PinRow[], pin: string, now: number, rules: PinRules): PinVerdict {
  const bad = rows.filter(row => isBad(row, rules))
  // Of what was hashed with a lost key it cannot be told whether it is this PIN.
  if (bad.some(row => row.pin === pin || row.pin === anyPin || !row.pin.startsWith(rules.keyId)))
    return 'blocked'
  const counting = bad.filter(({ refused, counted, proven }) =>
    refused === 1 ? counted === 1 : proven === 0
  )
  if (new Set(counting.map(row => row.pin)).size >= wrongPins) return 'blocked'
  if (rows.some(row => row.pin === pin && row.proven === 1)) return 'proven'
  return rows.some(({ busyUntil }) => busyUntil > now) ? 'later' : 'new'
}

/** Whether a row speaks against its PIN. */
export function isBad({ refused, unclear }: PinRow, { unclearPinLimit }: PinRules): boolean {
  return refused === 1 || unclear >= unclearPinLimit
}

/** A row once an attempt with its PIN begins; what a process that is killed leaves behind. */
export function begun(row: PinRow, busyUntil: number): PinRow {
  return { ...row, unclear: row.unclear + 1, busyUntil: row.proven === 1 ? 0 : busyUntil }
}

/** A row once an attempt has ended. `begun`: whether its begin was written. */
export function ended(row: PinRow, outcome: PinOutcome, wasBegun: boolean): PinRow {
  const over = { ...row, busyUntil: 0 }
  const before = { ...over, unclear: Math.max(0, row.unclear - (wasBegun ? 1 : 0)) }
  if (outcome === 'accepted') return { ...over, proven: 1, refused: 0, counted: 0, unclear: 0 }
  if (outcome === 'refused' || outcome === 'locked') return { ...before, proven: 0, refused: 1, counted: 1 }
  // Silence is no refusal: one that comes late is noted when it comes, and a device that stays silent gets no PIN
  // until it has answered a question without one.
  return outcome === 'doubtful' ? { ...before, unclear: before.unclear + 1 } : before
}
