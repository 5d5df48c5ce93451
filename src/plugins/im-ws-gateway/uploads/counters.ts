import type { ImUploadsStatus } from '../service.ts'

/** What happened to files since the start. */
export class UploadCounters {
  begun = 0
  /** Announced, and there already. */
  reused = 0
  completed = 0
  expired = 0
  partsReceived = 0
  bytesReceived = 0
  downloads = 0
  bytesSent = 0
  /** Failures by their keys in the catalogue. */
  readonly refused: Record<string, number> = {}

  /** Counts a failure. */
  refuse(key: string): void {
    this.refused[key] = (this.refused[key] ?? 0) + 1
  }

  status(): ImUploadsStatus {
    const counters = {
      begun_total: this.begun,
      reused_total: this.reused,
      completed_total: this.completed,
      expired_total: this.expired,
      parts_total: this.partsReceived,
      received_bytes_total: this.bytesReceived,
      downloads_total: this.downloads,
      sent_bytes_total: this.bytesSent
    }
    return { counters, refused: { ...this.refused } }
  }
}
