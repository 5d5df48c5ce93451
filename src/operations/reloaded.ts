import type { StartupError } from '../settings/problems.ts'
import type { Changes } from './changes.ts'

/** What a reload has done. */
export interface Reloaded extends Changes {
  /** Where the gateway listens. */
  readonly url: string
  /** Milliseconds until the new one had taken over. */
  readonly ms: number
}

/** A reload is under way, or the gateway is closing: there is no other one now. */
export class ReloadRefused extends Error {}

/** The problems of a start without their causes, as they may be logged and sent. */
export function told({ problems }: StartupError): object[] {
  return problems.map(({ code, where, position, message, hint }) => ({
    code,
    where,
    position,
    message,
    hint
  }))
}
