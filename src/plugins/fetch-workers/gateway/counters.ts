import type { WorkerFailureKind } from '../service.ts'

/** Why a worker was refused, or what it was told when it had to go. */
export type Denial = 'auth' | 'malformed' | 'late' | 'full' | 'rejected' | 'hosts'

/** What happened since the start. */
export class Counters {
  connections = 0
  refusedUpgrades = 0
  logins = 0
  requests = 0
  answers = 0
  secondWorkers = 0
  lateFrames = 0
  malformedFrames = 0
  dead = 0
  readonly denied: Record<Denial, number> = { auth: 0, malformed: 0, late: 0, full: 0, rejected: 0, hosts: 0 }
  readonly failures: Record<WorkerFailureKind, number> = {
    none: 0,
    credentials: 0,
    refused: 0,
    lost: 0,
    timeout: 0,
    target: 0,
    too_large: 0,
    aborted: 0
  }

  /** All but what goes by a reason, by metric name. */
  snapshot(): Record<string, number> {
    return {
      connections_total: this.connections,
      refused_upgrades_total: this.refusedUpgrades,
      logins_total: this.logins,
      requests_total: this.requests,
      answers_total: this.answers,
      second_workers_total: this.secondWorkers,
      late_frames_total: this.lateFrames,
      malformed_frames_total: this.malformedFrames,
      dead_total: this.dead
    }
  }
}
