import { commandLine } from './command-line.ts'
import { partsNamed, report, type Parts } from './report.ts'
import { crowd, memory } from './sse/crowd.ts'
import { fanOut } from './sse/fan-out.ts'

// What an event stream costs the server, beside what one would write by hand and beside two libraries. Servers and
// readers are processes of their own, measured in turns in one run. README.md has the method.
const usual = ['fan-out', 'memory']
const { numbers, ...line } = commandLine({
  command: 'npm run bench:sse',
  about: 'What an event stream costs the server, beside bare writes and two libraries.',
  parts: usual,
  numbers: {
    rounds: { about: 'Rounds of `fan-out`', default: 5 },
    readers: { about: 'Readers of `fan-out`', default: 2_000 },
    crowd: { about: 'Instead, or as well: so many streams in one process' }
  }
})
const { rounds, readers, crowd: streams } = numbers
const parts: Parts = new Map([
  ['fan-out', () => fanOut(rounds, readers)],
  ['memory', memory]
])
const chosen = line.parts.length > 0 || streams !== undefined ? line.parts : usual
const wanted = new Map(partsNamed(parts, chosen))
if (streams !== undefined) wanted.set('crowd', () => crowd(streams))
process.exitCode = await report(wanted, line.json)
