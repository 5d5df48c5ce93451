import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { judge, table, type Figure } from './figures.ts'
import { callback } from './scan/callback.ts'
import { waiting } from './scan/waiting.ts'

// What a login by scan costs, and whether one is ever lost. Gateway, WeChat and pages are processes of their own.
// README.md has the method.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pages: { type: 'string', default: '1000' },
    scans: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '4' },
    pushes: { type: 'string', default: '2000' },
    json: { type: 'string' }
  }
})
const parts = new Map<string, () => Promise<Figure[]>>([
  [
    'waiting',
    () =>
      waiting({
        pages: Number(values.pages),
        perSecond: Number(values.scans),
        seconds: Number(values.seconds)
      })
  ],
  ['callback', () => callback(Number(values.pushes))]
])

const loadBefore = loadavg()[0] ?? NaN
const figures: Figure[] = []
for (const name of positionals.length > 0 ? positionals : parts.keys()) {
  const measure = parts.get(name)
  if (!measure) throw new Error(`'${name}' is none of the parts ${[...parts.keys()].join(', ')}`)
  process.stderr.write(`${name} …\n`)
  // eslint-disable-next-line no-await-in-loop
  figures.push(...(await measure()))
}

process.stdout.write(table(figures))
process.stdout.write(
  `load average ${loadBefore.toFixed(2)} before, ${(loadavg()[0] ?? NaN).toFixed(2)} after\n`
)
const judged = figures.map(figure => ({ ...figure, verdict: judge(figure) }))
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(judged, undefined, 2)}\n`)
process.exit(judged.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0)
