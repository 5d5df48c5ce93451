import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { dispatchGap, poolUse } from './sign/dispatch.ts'
import { judge, table, type Figure } from './figures.ts'
import { latency } from './sign/latency.ts'
import { schedules } from './sign/schedules.ts'
import { shedding } from './sign/shedding.ts'
import { soak } from './sign/soak.ts'

// What a signature costs with the gateway in between. Gateway, devices and load are processes of their own; each
// figure stands beside its floor, the same without the gateway, measured in turns with it. README.md has the method.
const parts = new Map<string, (seconds: number) => Promise<Figure[]>>([
  ['latency', latency],
  ['gap', dispatchGap],
  ['use', poolUse],
  ['shedding', shedding]
])

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '2' },
    schedules: { type: 'string' },
    soak: { type: 'string' },
    json: { type: 'string' }
  }
})
const flagged = values.schedules !== undefined || values.soak !== undefined
const chosen = positionals.length > 0 || flagged ? positionals : [...parts.keys()]

const loadBefore = loadavg()[0] ?? NaN
const figures: Figure[] = []
for (const name of chosen) {
  const measure = parts.get(name)
  if (!measure) throw new Error(`'${name}' is none of the parts ${[...parts.keys()].join(', ')}`)
  process.stderr.write(`${name} …\n`)
  figures.push(...(await measure(Number(values.seconds))))
}
if (values.schedules !== undefined) figures.push(...(await schedules(Number(values.schedules))))
if (values.soak !== undefined) figures.push(...(await soak(Number(values.soak))))

process.stdout.write(table(figures))
process.stdout.write(
  `load average ${loadBefore.toFixed(2)} before, ${(loadavg()[0] ?? NaN).toFixed(2)} after\n`
)
const judged = figures.map(figure => ({ ...figure, verdict: judge(figure) }))
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(judged, undefined, 2)}\n`)
process.exitCode = judged.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0
