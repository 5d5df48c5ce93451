/** What is known of a usable device before a request waits for it. */
export interface Worker {
  /** It would take a request at once. */
  readonly free: boolean
  /** How long one of its signatures takes. 0: none is known. */
  readonly meanSignMs: number
}

/**
 * How long a request would wait behind `ahead` others that pull from the same devices: until as many signatures and
 * one more are made at the pace of the recent past. 0 where nothing is known, and where a device is free and nobody
 * waits.
 */
export function expectedWaitMs(ahead: number, workers: readonly Worker[]): number {
  if (ahead === 0 && workers.some(({ free }) => free)) return 0
  const paces = workers.filter(({ meanSignMs }) => meanSignMs > 0).map(({ meanSignMs }) => 1 / meanSignMs)
  if (paces.length === 0) return 0
  // A device that has made no signature yet counts as an average one.
  const pace = (paces.reduce((sum, one) => sum + one) / paces.length) * workers.length
  return (ahead + 1) / pace
}
