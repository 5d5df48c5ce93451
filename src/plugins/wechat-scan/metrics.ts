import { labelled, plain, type Metric } from '../../core/index.ts'
import type { AccountStatus, ScanStatus } from './service.ts'

/** What logins by scan count, in the names of Prometheus. */
export function scanMetrics({ accounts, counters }: ScanStatus): Metric[] {
  const of = (read: (account: AccountStatus) => number): Record<string, number> =>
    Object.fromEntries(accounts.map(account => [account.name, read(account)]))
  return [
    labelled(
      'paifang_scan_qr_codes_today',
      'QR codes made since midnight in Beijing',
      'account',
      of(({ qrToday }) => qrToday)
    ),
    labelled(
      'paifang_scan_qr_codes_allowed',
      'QR codes that WeChat allows a day',
      'account',
      of(({ qrQuota }) => qrQuota)
    ),
    labelled(
      'paifang_scan_stock',
      'QR codes that wait to be shown',
      'account',
      of(({ stock }) => stock)
    ),
    labelled(
      'paifang_scan_account_up',
      'Whether logins can be shown',
      'account',
      of(({ problem }) => (problem === undefined ? 1 : 0))
    ),
    ...plain('paifang_scan', counters)
  ]
}
