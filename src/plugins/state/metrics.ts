import { labelled, type Metric } from '../../core/index.ts'
import type { CommandCounts } from './figures.ts'

/** What both drivers count, in the names of Prometheus. No key and no value is in it. */
export function commandMetrics(commands: CommandCounts, errors: Readonly<Record<string, number>>): Metric[] {
  return [
    labelled('paifang_state_commands_total', 'What state was asked to do', 'command', commands),
    labelled('paifang_state_errors_total', 'Commands that failed', 'reason', errors)
  ]
}
