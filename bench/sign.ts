import { commandLine } from './command-line.ts'
import { dispatchGap, poolUse } from './sign/dispatch.ts'
import { partsNamed, report, type Parts } from './report.ts'
import { latency } from './sign/latency.ts'
import { schedules } from './sign/schedules.ts'
import { shedding } from './sign/shedding.ts'
import { soak } from './sign/soak.ts'

// What a signature costs with the gateway in between. Gateway, devices and load are processes of their own; each
// figure stands beside its floor, the same without the gateway, measured in turns with it. README.md has the method.
const usual = ['latency', 'gap', 'use', 'shedding']
const { numbers, ...line } = commandLine({
  command: 'npm run bench:sign',
  about: 'What a signature costs with the gateway in between.',
  parts: usual,
  numbers: {
    seconds: { about: 'Seconds of each measurement', default: 2 },
    schedules: { about: 'Instead, or as well: so many seeded schedules of faults' },
    soak: { about: 'Instead, or as well: a mixed load for so many minutes' }
  }
})
const { seconds, schedules: count, soak: minutes } = numbers
const parts: Parts = new Map([
  ['latency', () => latency(seconds)],
  ['gap', () => dispatchGap(seconds)],
  ['use', () => poolUse(seconds)],
  ['shedding', () => shedding(seconds)]
])
const flagged = count !== undefined || minutes !== undefined
const wanted = new Map(partsNamed(parts, line.parts.length > 0 || flagged ? line.parts : usual))
if (count !== undefined) wanted.set('schedules', () => schedules(count))
if (minutes !== undefined) wanted.set('soak', () => soak(minutes))
process.exitCode = await report(wanted, line.json)
