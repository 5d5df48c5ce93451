/** Bounds of a wait that grows with each attempt. */
export interface BackoffRange {
  readonly reconnectMinMs: number
  readonly reconnectMaxMs: number
}

/** Full jitter: somewhere between 0 and a bound that doubles with each attempt (the first is 1) up to a maximum. */
export function backoffMs(attempt: number, range: BackoffRange, random: () => number): number {
  const bound = Math.min(range.reconnectMaxMs, range.reconnectMinMs * 2 ** Math.min(attempt - 1, 30))
  return random() * bound
}
