import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judge, table } from './figures.ts'
import { thisMachine } from './machine.ts'
import { soakPage, type Report } from './soak/page.ts'
import { plot } from './soak/plot.ts'
import { run } from './soak/run.ts'
import type { Strike } from './soak/schedule.ts'
import type { Recorded } from './soak/watch.ts'
import { figuresOf, groupsOf, listOf, passed, unexplainedOf } from './soak/verdict.ts'

// Everything at once, for minutes, with faults. README.md says what is done and how to read it.
const help = `npm run soak -- [options]

  --minutes N    how long, 5 by default; a heap is judged from 5 on
  --seed N       another order of faults and of what is asked, 1 by default
  --rate N       how much of everything; 0.5 is half of it
  --out FOLDER   where soak.json, soak.svg and gateway.log go, coverage/soak by default
  --snapshots    heap snapshots there too: after the warm-up and before the end
  --docs         writes docs/soak.md and docs/soak.svg
`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '1' },
    out: { type: 'string', default: 'coverage/soak' },
    snapshots: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  }
})
const { out, snapshots } = values
const [seconds, seed, rate] = [60 * Number(values.minutes), Number(values.seed), Number(values.rate)]
if (values.help) process.stdout.write(help)
else if (!(seconds > 0) || !(rate > 0) || !Number.isInteger(seed)) {
  process.stderr.write(help)
  process.exitCode = 2
} else {
  // So that whatever it has started ends with it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  process.exitCode = (await soak()) ? 0 : 1
}

async function soak(): Promise<boolean> {
  mkdirSync(out, { recursive: true })
  const result = await run({ seconds, seed, rate, out, snapshots, watched: tell })
  const groups = groupsOf(result)
  const figures = figuresOf(result, groups)
  const report: Report = {
    date: new Date().toISOString().slice(0, 10),
    seconds,
    seed,
    rate,
    machine: thisMachine(),
    hasRedis: result.hasRedis,
    figures,
    groups
  }
  const { records, before, after } = result
  const strikes = result.strikes.map(({ name, beganMs, endedMs }) => ({ name, beganMs, endedMs }))
  const judged = figures.map(figure => ({ ...figure, verdict: judge(figure) }))
  const unexplained = unexplainedOf(result)
  const json = { ...report, figures: judged, strikes, unexplained, before, after, records }
  writeFileSync(join(out, 'soak.json'), `${JSON.stringify(json, undefined, 2)}\n`)
  const { cores, cpu, node } = report.machine
  const svg = plot(result, `${report.date}, ${cores} cores of ${cpu}, Node ${node}`)
  writeFileSync(join(out, 'soak.svg'), svg)
  if (values.docs) {
    writeFileSync('docs/soak.svg', svg)
    writeFileSync('docs/soak.md', soakPage(report))
  }
  process.stdout.write(
    `\n${table(figures)}\n${listOf(groups)}\n\n${join(out, 'soak.svg')} has it as a plot\n`
  )
  return passed(figures)
}

/** A line for each look. */
function tell(record: Recorded, strikes: readonly Strike[]): void {
  const { atMs, heapBytes, rssBytes, lagP99Ms, perSecond, failures, streams, sockets } = record
  const strike = strikes.at(-1)
  const parts = [
    `${(atMs / 60_000).toFixed(1)} of ${seconds / 60} min`,
    `heap ${(heapBytes / 1e6).toFixed(1)} MB`,
    `RSS ${(rssBytes / 1e6).toFixed(0)} MB`,
    `${streams + sockets} streams and sockets`,
    `delay ${lagP99Ms.toFixed(0)} ms`,
    `${perSecond.toFixed(0)}/s, ${failures} failed`,
    ...(strike?.endedMs === Infinity ? [strike.name] : [])
  ]
  process.stderr.write(`${parts.join('  ')}\n`)
}
