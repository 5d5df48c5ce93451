import { bound, judge, show, type Figure } from '../figures.ts'
import type { Machine } from '../machine.ts'
import type { Group } from './verdict.ts'

/** A run, as it is written down. */
export interface Report {
  /** `YYYY-MM-DD`. */
  readonly date: string
  readonly seconds: number
  readonly seed: number
  readonly rate: number
  readonly machine: Machine
  readonly hasRedis: boolean
  readonly figures: readonly Figure[]
  readonly groups: readonly Group[]
}

/** `docs/soak.md`. */
export function soakPage({ date, seconds, seed, rate, machine, hasRedis, figures, groups }: Report): string {
  const rows = figures.map(figure =>
    [figure.name, show(figure.value), bound(figure.limit), figure.unit, judge(figure)].join(' | ')
  )
  const reasons = new Map<string, string[]>()
  for (const { load, kind, reason = '**none**', count } of groups)
    reasons.set(reason, [...(reasons.get(reason) ?? []), `${count} ${load}: \`${kind}\``])
  const owed = [...reasons].map(([reason, kinds]) => `| ${reason} | ${kinds.join(', ')} |`)
  return `<!-- Printed by \`npm run soak -- --docs\`. Do not edit. -->

# A soak

\`npm run soak -- --minutes ${Math.round(seconds / 60)} --seed ${seed} --rate ${rate}\`, run on ${date} with Node ${machine.node} on ${machine.cores} cores of ${machine.cpu}${hasRedis ? ', with Redis' : ', without Redis'}. All
plugins are on, and but for the simulators, in whose place others stand that can be broken, all are in use, while one fault comes after
the other: \`bench/README.md\` says what is done and how to read it.

![Memory, handles, delay of the event loop and requests over time, with the faults as bands](soak.svg)

| figure | value | limit | unit | verdict |
|---|--:|--:|---|---|
${rows.map(row => `| ${row} |`).join('\n')}

What clients were told while something was wrong, and what that was owed to:

| reason | failures |
|---|---|
${owed.join('\n')}
`
}
