import type { LogPosition } from '../../../../src/plugins/state/service.ts'
import type { LogReader } from '../../../contracts/state/log-reader.ts'

/** What a log has said that it holds. */
export interface Promised extends LogPosition {
  readonly text: string
}

/**
 * What is wrong with what a reader was handed: entries out of turn, or that were never promised; and promises of which
 * neither the entry came nor a loss.
 */
export function faultsOf({ came }: LogReader, promised: readonly Promised[]): string[] {
  const faults: string[] = []
  const texts = new Map<string, string>()
  const told = new Set<string>()
  let place: LogPosition | undefined
  for (const item of came) {
    if ('text' in item) {
      if (item.epoch !== place?.epoch || item.seq !== place.seq + 1)
        faults.push(`${JSON.stringify(item)} behind ${JSON.stringify(place)}`)
      texts.set(`${item.epoch} ${item.seq}`, item.text)
      place = item
      continue
    }
    const to = 'reason' in item ? { epoch: item.epoch, seq: item.through } : item
    const isRestart = 'reason' in item && item.reason === 'restart'
    if ('reason' in item === (place === undefined)) faults.push('it began twice, or not at all')
    if (place && (place.epoch !== to.epoch) !== isRestart) faults.push(`${JSON.stringify(item)} is none`)
    for (let seq = (place?.epoch === to.epoch ? place.seq : 0) + 1; seq <= to.seq; seq++)
      told.add(`${to.epoch} ${seq}`)
    place = to
  }
  for (const { epoch, seq, text } of promised) {
    // A reader that was moved to another epoch was told that everything may be missing.
    if (epoch !== place?.epoch) continue
    const key = `${epoch} ${seq}`
    const came_ = texts.get(key)
    if (came_ === undefined ? !told.has(key) : came_ !== text) faults.push(`${key} ${text} is missing`)
  }
  return faults
}
