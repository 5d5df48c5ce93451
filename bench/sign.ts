import { parseArgs } from 'node:util'
import { dispatchGap, poolUse } from './sign/dispatch.ts'
import { partsNamed, report, type Parts } from './report.ts'
import { latency } from './sign/latency.ts'
import { schedules } from './sign/schedules.ts'
import { shedding } from './sign/shedding.ts'
import { soak } from './sign/soak.ts'

// What a signature costs with the gateway in between. Gateway, devices and load are processes of their own; each
// figure stands beside its floor, the same without the gateway, measured in turns with it. README.md has the method.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '2' },
    schedules: { type: 'string' },
    soak: { type: 'string' },
    json: { type: 'string' }
  }
})
const seconds = Number(values.seconds)
const parts: Parts = new Map([
  ['latency', () => latency(seconds)],
  ['gap', () => dispatchGap(seconds)],
  ['use', () => poolUse(seconds)],
  ['shedding', () => shedding(seconds)]
])
const { schedules: count, soak: minutes } = values
const flagged = count !== undefined || minutes !== undefined
const wanted = new Map(partsNamed(parts, positionals.length > 0 || flagged ? positionals : [...parts.keys()]))
if (count !== undefined) wanted.set('schedules', () => schedules(Number(count)))
if (minutes !== undefined) wanted.set('soak', () => soak(Number(minutes)))
process.exitCode = await report(wanted, values.json)
