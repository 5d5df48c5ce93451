/** How a connection ends. */
export type Ending =
  | 'client'
  | 'logged_out'
  | 'refused'
  | 'kicked'
  | 'replaced'
  | 'expired'
  | 'silent'
  | 'slow'
  | 'dead'
  | 'drained'
  | 'failed'

/** What happened since the start. */
export class Counters {
  opened = 0
  refusedUpgrades = 0
  logins = 0
  loginsRefused = 0
  requests = 0
  requestErrors = 0
  events = 0
  frames = 0
  /** Frames that could not be understood, were of another user, or asked for what there is not. */
  frameErrors = 0
  coresOpened = 0
  coresFailed = 0
  coresClosed = 0
  pings = 0
  /** Connections that a login on another node has ended. */
  kickedByOtherNodes = 0
  /** Those that a forced logout on another node has ended. */
  loggedOutByOtherNodes = 0
  /** Logins on other nodes that were heard of, some more than once. */
  loginsHeard = 0
  /** Messages about logins that no node would send. */
  loginMessagesRefused = 0
  /** How often other nodes could not be told who has logged in, for some time or for a long one. */
  loginMessagesFailed = 0
  readonly ended: Record<Ending, number> = {
    client: 0,
    logged_out: 0,
    refused: 0,
    kicked: 0,
    replaced: 0,
    expired: 0,
    silent: 0,
    slow: 0,
    dead: 0,
    drained: 0,
    failed: 0
  }

  /** All but `ended`, by metric name. */
  snapshot(): Record<string, number> {
    return {
      opened_total: this.opened,
      refused_upgrades_total: this.refusedUpgrades,
      logins_total: this.logins,
      logins_refused_total: this.loginsRefused,
      requests_total: this.requests,
      request_errors_total: this.requestErrors,
      events_total: this.events,
      frames_total: this.frames,
      frame_errors_total: this.frameErrors,
      cores_opened_total: this.coresOpened,
      cores_failed_total: this.coresFailed,
      cores_closed_total: this.coresClosed,
      pings_total: this.pings,
      kicked_by_other_nodes_total: this.kickedByOtherNodes,
      logged_out_by_other_nodes_total: this.loggedOutByOtherNodes,
      logins_heard_total: this.loginsHeard,
      login_messages_refused_total: this.loginMessagesRefused,
      login_messages_failed_total: this.loginMessagesFailed
    }
  }
}
