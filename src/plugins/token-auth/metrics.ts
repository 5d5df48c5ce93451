import { labelled, type Metric } from '../../core/index.ts'
import type { TokenAuthStatus } from './service.ts'

/** What is counted of tokens, in the names of Prometheus. */
export function tokenMetrics({ requests, logins, refreshes, revocations }: TokenAuthStatus): Metric[] {
  return [
    labelled('paifang_tokens_requests_total', 'Requests to guarded routes', 'outcome', requests),
    labelled('paifang_tokens_logins_total', 'Logins and exchanges of sessions', 'outcome', logins),
    labelled('paifang_tokens_refreshes_total', 'Tokens that were to be refreshed', 'outcome', refreshes),
    labelled('paifang_tokens_revocations_total', 'Logins that were to end', 'outcome', revocations)
  ]
}
