import type { CacheOrigin } from './service.ts'

/** What happened in one section. Fields rather than a map: `hit` changes with every read. */
export class SectionCounts {
  hit = 0
  miss = 0
  expired = 0
  forced = 0
  stale = 0
  staleError = 0
  bypass = 0
  /** Reads that ended in a failure. */
  error = 0
  /** Reads that waited for work that somebody else had begun. */
  collapsed = 0
  fetches = 0
  failures = 0
  timeouts = 0
  lateStored = 0
  /** Work that nobody would have waited for and that was not begun, because there was too much of it. */
  refused = 0
  /** Results that were handed out but not stored: too large, or not what JSON can hold where it must be. */
  unstorable = 0
  /** Stored values that could not be opened. */
  unopened = 0
  cleared = 0
  early = 0

  /** By metric name. */
  snapshot(): Record<string, number> {
    return {
      hits_total: this.hit,
      misses_total: this.miss,
      expired_total: this.expired,
      forced_total: this.forced,
      stale_total: this.stale,
      stale_error_total: this.staleError,
      bypass_total: this.bypass,
      errors_total: this.error,
      collapsed_total: this.collapsed,
      fetches_total: this.fetches,
      fetch_failures_total: this.failures,
      fetch_timeouts_total: this.timeouts,
      late_stored_total: this.lateStored,
      background_refused_total: this.refused,
      unstorable_total: this.unstorable,
      unopened_total: this.unopened,
      cleared_total: this.cleared,
      early_total: this.early
    }
  }

  /** Notes where a value came from. */
  served(origin: CacheOrigin): void {
    if (origin === 'stale-error') this.staleError++
    else this[origin]++
  }

  get reads(): number {
    const { hit, miss, expired, forced, stale, staleError, bypass, error } = this
    return hit + miss + expired + forced + stale + staleError + bypass + error
  }
}

/** Upper bounds in seconds: of slow upstreams at one end, of values that outlived an outage at the other. */
export const bounds = [
  0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3_600, 21_600, 86_400, 604_800
] as const
