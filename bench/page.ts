import type { Machine } from './machine.ts'
import { bound, judge, show, type Figure } from './figures.ts'

/** All benchmarks in one run, and where. */
export interface Run {
  /** `YYYY-MM-DD`. */
  readonly date: string
  readonly machine: Machine
  /** Load average of the last minute before the first began. */
  readonly loadBefore: number
  readonly benches: Record<string, readonly Figure[]>
}

const titles: Readonly<Record<string, string>> = {
  kernel: 'What the kernel adds to a request',
  cache: 'What a hit of the cache costs',
  sse: 'Event streams',
  scan: 'Logins by scan',
  im: 'Chat',
  sign: 'Signatures'
}

/** `docs/performance.md`. */
export function performancePage({ date, machine, loadBefore, benches }: Run): string {
  const { cpu, cores, memoryGiB, system, node } = machine
  const sections = Object.entries(benches).map(([name, figures]) => {
    const rows = figures.map(figure => [
      figure.name.replaceAll('|', '\\|'),
      show(figure.value),
      show(figure.floor),
      bound(figure.limit),
      show(figure.noise?.value),
      figure.unit,
      judge(figure)
    ])
    const lines = rows.map(row => `| ${row.join(' | ')} |`)
    const head = '| figure | value | floor | limit | noise | unit | verdict |\n|---|--:|--:|--:|--:|---|---|'
    return `## ${titles[name] ?? name}\n\n\`npm run bench:${name}\`\n\n${head}\n${lines.join('\n')}`
  })
  return `<!-- Printed by \`npm run bench -- --docs\`. Do not edit. -->

# Performance

Measured on ${date} with Node ${node} on ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${system}; load average before: ${loadBefore.toFixed(2)}. \`bench/README.md\`
says how each figure comes about. *Floor* is the same without the gateway, *noise* what comes out with next to nothing in its place,
in the same run. Where the noise is too large, nothing is judged. A figure without a limit is told, not judged. The ratios travel
between machines; the rest says what this one does.

${sections.join('\n\n')}
`
}
