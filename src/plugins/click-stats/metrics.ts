import { labelled, plain, type Metric } from '../../core/index.ts'
import type { TargetClicks } from './target-clicks.ts'

/** What is counted of clicks, in the names of Prometheus. Which targets they are of is for `counts`. */
export function clickMetrics({ counters, outcomes }: Pick<TargetClicks, 'counters' | 'outcomes'>): Metric[] {
  return [
    labelled('paifang_clicks_total', 'Clicks by what came of them', 'outcome', outcomes),
    ...plain('paifang_clicks', counters)
  ]
}
