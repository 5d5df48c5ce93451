import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { thisMachine } from './machine.ts'
import { performancePage, type Run } from './page.ts'
import { table, type Figure, type Verdict } from './figures.ts'

// Every benchmark, one after the other; one table, one JSON file, and docs/performance.md from it. README.md has the methods.
const benches: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  cache: [],
  sse: [],
  scan: [],
  im: [],
  sign: []
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'coverage/bench' },
    docs: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false }
  }
})
const names = Object.keys(benches)
const wanted = positionals.length > 0 ? positionals : names
const unknown = wanted.find(name => !Object.hasOwn(benches, name))
let mistake: string | undefined
if (unknown !== undefined) mistake = `There is no benchmark '${unknown}'.`
else if (values.docs && positionals.length > 0)
  mistake = '--docs is for all of them: the page would lose the others.'
if (values.help || mistake !== undefined) {
  const usage = `npm run bench -- [${names.join('] [')}] [options]

Every benchmark, or those that are named, one after the other: a quarter of an hour on a machine that does nothing else.

Options:
  --docs     Writes docs/performance.md as well, of all of them
  --out DIR  Where the figures are written as JSON (coverage/bench)
  --help     Prints this
`
  if (mistake === undefined) process.stdout.write(usage)
  else process.stderr.write(`${mistake}\n\n${usage}`)
  process.exit(mistake === undefined ? 0 : 2)
}

mkdirSync(values.out, { recursive: true })
const run: Run = {
  date: new Date().toISOString().slice(0, 10),
  machine: thisMachine(),
  loadBefore: loadavg()[0] ?? NaN,
  benches: {}
}
let failed = false
for (const name of wanted) {
  process.stderr.write(`\n${name}\n`)
  const json = join(values.out, `${name}.json`)
  const args = [
    '--import',
    'tsx',
    join(import.meta.dirname, `${name}.ts`),
    ...(benches[name] ?? []),
    '--json',
    json
  ]
  // One at a time: each is spoilt by whatever else runs.
  // eslint-disable-next-line no-await-in-loop
  const [code] = (await once(
    spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }),
    'exit'
  )) as [number]
  // 1: a figure missed its limit, which is in the file.
  if (code !== 0 && code !== 1) throw new Error(`bench/${name}.ts ended with ${code}`)
  failed ||= code === 1
  run.benches[name] = JSON.parse(readFileSync(json, 'utf8')) as (Figure & { verdict: Verdict })[]
}
writeFileSync(join(values.out, 'all.json'), `${JSON.stringify(run, undefined, 2)}\n`)
const all = Object.entries(run.benches).flatMap(([name, figures]) =>
  figures.map(figure => ({ ...figure, name: `${name}: ${figure.name}` }))
)
process.stdout.write(`\n${table(all)}`)
if (values.docs) writeFileSync('docs/performance.md', performancePage(run))
process.exitCode = failed ? 1 : 0
