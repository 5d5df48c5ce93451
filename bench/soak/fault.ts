import type { Field, Running } from './load.ts'
import type { Program } from './program.ts'

/** What faults strike. */
export interface Target {
  readonly field: Field
  readonly program: Program
  readonly loads: readonly Running[]
}

/** Something that goes wrong for a while. */
export interface Fault {
  readonly name: string
  /**
   * What is bound to fail while it is in force, and for how many milliseconds after it has ended: kinds of failures, or
   * `load: kind`; `*` at the end stands for anything.
   */
  readonly explains: Readonly<Record<string, number>>
  /** Begins it. Resolves with what ends it. */
  strike(target: Target): Promise<() => unknown>
}

/** Kinds that stay explained for so long after the end. */
export const after = (ms: number, ...kinds: readonly string[]): Record<string, number> =>
  Object.fromEntries(kinds.map(kind => [kind, ms]))

/** What is told of a card that is gone while it signs; `/getCode` has statuses for codes. */
export const lost = ['sign.device_lost_after_send', 'sign: code 502', 'hostile: code 502']

/** What is told of requests that wait for a card in vain. */
export const waited = [
  'sign.device_unavailable',
  'sign.deadline_in_queue',
  'sign.queue_full',
  'sign: code 503',
  'sign: code 504'
]

/** What a machine explains that is too busy with other things: the loads themselves come late. */
export const busy: Fault['explains'] = after(
  5_000,
  ...waited,
  'sign.shutting_down',
  'reload: *',
  'log: could not reload*',
  'hostile: code 50*',
  'sign.timeout',
  'upstream.timeout',
  'circuit.open',
  'route.timeout',
  'chat: no *',
  'chat: errCode 10003',
  'no page was told of a scan'
)
