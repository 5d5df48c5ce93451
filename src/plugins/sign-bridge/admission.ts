/** What is known of a usable device before a request waits for it. */
export interface Worker {
  /** It would take a request at once. */
  readonly free: boolean
  /** How long one request keeps it from the next. 0: that is not known. */
  readonly paceMs: number
}

/**
 * When a request would be signed that waits behind `ahead` others which pull from the same devices: after as many
 * requests and one more have gone at the pace of the recent past, and its own. 0 where nothing is known, and where a
 * device is free and nobody waits.
 */
export function expectedEndMs(ahead: number, workers: readonly Worker[]): number {
  if (ahead === 0 && workers.some(({ free }) => free)) return 0
  const rates = workers.filter(({ paceMs }) => paceMs > 0).map(({ paceMs }) => 1 / paceMs)
  if (rates.length === 0) return 0
  // A device that has made no signature yet counts as an average one.
  const rate = rates.reduce((sum, one) => sum + one) / rates.length
  return (ahead + 1) / (rate * workers.length) + 1 / rate
}
