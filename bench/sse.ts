import { parseArgs } from 'node:util'
import { partsNamed, report, type Parts } from './report.ts'
import { crowd, memory } from './sse/crowd.ts'
import { fanOut } from './sse/fan-out.ts'

// What an event stream costs the server, beside what one would write by hand and beside two libraries. Servers and
// readers are processes of their own, measured in turns in one run. README.md has the method.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    readers: { type: 'string', default: '2000' },
    crowd: { type: 'string' },
    json: { type: 'string' }
  }
})
const parts: Parts = new Map([
  ['fan-out', () => fanOut(Number(values.rounds), Number(values.readers))],
  ['memory', memory]
])
const { crowd: readers } = values
const chosen = positionals.length > 0 || readers !== undefined ? positionals : [...parts.keys()]
const wanted = new Map(partsNamed(parts, chosen))
if (readers !== undefined) wanted.set('crowd', () => crowd(Number(readers)))
process.exitCode = await report(wanted, values.json)
