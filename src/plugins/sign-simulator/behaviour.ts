import type { ReplyForm } from './delivery.ts'
import type { Handshake } from './faults.ts'

/** How the control behaves while no fault strikes. */
export interface Behaviour extends ReplyForm {
  readonly handshake: Handshake
  readonly handshakeDelayMs: number
  /** How long the card takes for a request: a fixed time, or one drawn from a range. */
  readonly delayMs: number | readonly [from: number, to: number]
  /** `serial`: one request at a time, as a card works. `concurrent`: all at once, so that replies may overtake. */
  readonly order: 'serial' | 'concurrent'
}

/** A control that works, and takes no time. */
export const faultless: Behaviour = {
  handshake: 'open',
  handshakeDelayMs: 0,
  delayMs: 0,
  order: 'serial',
  replies: 'full',
  idEcho: 'same'
}
