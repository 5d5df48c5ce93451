import { Outcomes } from '../api-error/service.ts'

/** What happened since the start. */
export class SessionFigures {
  readonly logins = new Outcomes('ok')
  readonly rotations = new Outcomes('ok')
  logouts = 0
  /** Sessions that ended because the provider refuses their password. */
  refusedByProvider = 0
  /** Rows that were changed in the database by somebody else. */
  damagedRows = 0
  /** People whose data cannot be read any more, because of a new password. */
  dataKeysLost = 0
  /** Requests with a token by where its session was found; `unknown`: the token is none, or not good any more. */
  readonly lookups = { memory: 0, database: 0, unknown: 0, failed: 0 }
}
