import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { judge, table, type Figure } from './figures.ts'
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
const parts = new Map<string, () => Promise<Figure[]>>([
  ['fan-out', () => fanOut(Number(values.rounds), Number(values.readers))],
  ['memory', memory]
])
const chosen = positionals.length > 0 || values.crowd !== undefined ? positionals : [...parts.keys()]

const loadBefore = loadavg()[0] ?? NaN
const figures: Figure[] = []
for (const name of chosen) {
  const measure = parts.get(name)
  if (!measure) throw new Error(`'${name}' is none of the parts ${[...parts.keys()].join(', ')}`)
  process.stderr.write(`${name} …\n`)
  figures.push(...(await measure()))
}
if (values.crowd !== undefined) figures.push(...(await crowd(Number(values.crowd))))

process.stdout.write(table(figures))
process.stdout.write(
  `load average ${loadBefore.toFixed(2)} before, ${(loadavg()[0] ?? NaN).toFixed(2)} after\n`
)
const judged = figures.map(figure => ({ ...figure, verdict: judge(figure) }))
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(judged, undefined, 2)}\n`)
process.exitCode = judged.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0
