import { Histogram, labelled, single, type Metric } from '../../../core/index.ts'
import { commandCounts } from '../figures.ts'
import { commandMetrics } from '../metrics.ts'
import { isTimeout } from './drop-silent.ts'

/** Upper bounds in seconds, from a Redis next door to the longest `timeoutMs`. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** Why a command failed. `full`: there is no room. `away`: there is no connection, or what is there cannot be used. */
export type RedisFailure = 'full' | 'timeout' | 'away' | 'other'

/** What happened since the start. */
export class RedisFigures {
  readonly commands = commandCounts()
  readonly times = new Histogram(bounds)
  readonly errors: Record<RedisFailure, number> = { full: 0, timeout: 0, away: 0, other: 0 }
  /** How often each connection was made. */
  readonly connects = { commands: 0, messages: 0 }

  /** @param up whether each connection is there */
  metrics(up: Readonly<Record<'commands' | 'messages', boolean>>): Metric[] {
    const ups = { commands: up.commands ? 1 : 0, messages: up.messages ? 1 : 0 }
    return [
      ...commandMetrics(this.commands, this.errors),
      single(
        'paifang_state_command_duration_seconds',
        'From a command to its answer, or its failure',
        this.times.snapshot()
      ),
      labelled('paifang_state_connected', 'Whether a connection to Redis is there', 'connection', ups),
      labelled(
        'paifang_state_connects_total',
        'How often a connection to Redis was made',
        'connection',
        this.connects
      )
    ]
  }
}

const unusable = /^(?:CLUSTERDOWN|MASTERDOWN|LOADING|READONLY|TRYAGAIN|MOVED|ASK) /

export function failureOf(error: unknown): RedisFailure {
  if (!(error instanceof Error)) return 'other'
  if (error.message.includes('OOM command not allowed')) return 'full'
  if (isTimeout(error)) return 'timeout'
  return error.name === 'ReplyError' && !unusable.test(error.message) ? 'other' : 'away'
}
