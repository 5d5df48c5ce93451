import type { StreamEnd } from './service.ts'
import type { GapReason } from './resume.ts'
import type { Refusal } from './refusal.ts'

/** How a stream ends that was open. */
export type OpenEnd = Exclude<StreamEnd, 'refused'>

/** What happened since the start. Fields rather than a map: some change with every delivery. */
export class Counters {
  published = 0
  publishedBytes = 0
  delivered = 0
  writes = 0
  writtenBytes = 0
  opened = 0
  resumed = 0
  heartbeats = 0
  slowDropped = 0
  slowCoalesced = 0
  logEntries = 0
  logFailed = 0
  readonly gaps: Record<GapReason, number> = { restart: 0, evicted: 0, unknown: 0, slow: 0, lost: 0 }
  readonly refused: Record<Refusal, number> = {
    global: 0,
    ip: 0,
    principal: 0,
    topic: 0,
    draining: 0,
    pipelined: 0,
    behind: 0
  }
  readonly ended: Record<OpenEnd, number> = {
    client: 0,
    slow: 0,
    expired: 0,
    revoked: 0,
    ended: 0,
    drained: 0
  }

  /** All but what goes by a reason, by metric name. */
  snapshot(): Record<string, number> {
    return {
      published_total: this.published,
      published_bytes_total: this.publishedBytes,
      delivered_total: this.delivered,
      writes_total: this.writes,
      written_bytes_total: this.writtenBytes,
      opened_total: this.opened,
      resumed_total: this.resumed,
      heartbeats_total: this.heartbeats,
      slow_dropped_total: this.slowDropped,
      slow_coalesced_total: this.slowCoalesced,
      log_entries_total: this.logEntries,
      log_failed_total: this.logFailed
    }
  }
}
