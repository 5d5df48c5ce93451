import { labelled, single, type Metric } from '../../core/index.ts'
import type { SessionsStatus } from './service.ts'

/** What is counted of sessions, in the names of Prometheus. */
export function sessionMetrics(status: SessionsStatus): Metric[] {
  const { logins, rotations, lookups, ended, inMemory, derivations, damagedRows, dataKeysLost } = status
  return [
    labelled('paifang_sessions_logins_total', 'Logins by what came of them', 'outcome', logins),
    labelled('paifang_sessions_rotations_total', 'Tokens that were to be exchanged', 'outcome', rotations),
    labelled('paifang_sessions_lookups_total', 'Requests with a token', 'result', lookups),
    labelled('paifang_sessions_ended_total', 'Sessions that were ended', 'reason', ended),
    single('paifang_sessions_damaged_rows_total', 'Rows that somebody else has changed', damagedRows),
    single('paifang_sessions_data_keys_lost_total', 'People whose sealed data was lost', dataKeysLost),
    single('paifang_sessions_in_memory', 'Sessions of the last minute', inMemory),
    single('paifang_sessions_derivations', 'Passwords that are checked, or wait for it', derivations)
  ]
}
