import { labelled, single, type Metric } from '../../core/index.ts'
import type { DatabaseFigures } from './figures.ts'

/** What a driver measures, in the names of Prometheus. No statement and no value is in it. */
export function databaseMetrics(figures: DatabaseFigures): Metric[] {
  const { reads, writes, turns, waiting, busy, errors } = figures
  return [
    labelled(
      'paifang_database_statement_duration_seconds',
      'From asking to the answer, waits included',
      'kind',
      { read: reads.snapshot(), write: writes.snapshot() }
    ),
    single(
      'paifang_database_turn_wait_seconds',
      'Waiting for the turn to write, behind the writes of others',
      turns.snapshot()
    ),
    single('paifang_database_writers_waiting', 'Writes and transactions that wait for their turn', waiting),
    labelled('paifang_database_errors_total', 'Statements that failed', 'reason', errors),
    single('paifang_database_busy_total', 'Attempts that another process was in the way of', busy)
  ]
}
