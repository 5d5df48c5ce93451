import { service } from '../../core/index.ts'

/** How requests ended since the start, by outcome. */
export interface Customs179Status {
  /** `signed`, or the key of a failure. */
  readonly sign: Readonly<Record<string, number>>
  /** `valid`, `invalid`, or the key of a failure. */
  readonly verify: Readonly<Record<string, number>>
}

/** Uploads of payment data that were signed and verified. */
export interface Customs179 {
  status(): Customs179Status
}

export const Customs179 = service<Customs179>('customs179')
