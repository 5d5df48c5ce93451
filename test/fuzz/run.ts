import { parseArgs } from 'node:util'
import { keep } from './corpus.ts'
import { fuzz, ready, type Found, type Ready } from './fuzz.ts'
import { targets } from './targets/index.ts'
import { watched } from './watch.ts'

/** Runs of a usual target before it is the next one's turn. */
const batch = 2_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() & 0x7fff_ffff) },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false }
  }
})
process.exitCode = await main()

async function main(): Promise<number> {
  const unknown = positionals.filter(name => !targets.some(target => target.name === name))
  const chosen = targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
  if (unknown.length > 0 || values.list || values.help || !(minutes > 0) || !Number.isSafeInteger(seed)) {
    const isAsked = unknown.length === 0 && (values.list || values.help)
    ;(isAsked ? process.stdout : process.stderr).write(usage())
    return isAsked ? 0 : 2
  }
  process.stdout.write(`${chosen.length} targets, ${minutes} min, --seed ${seed}\n`)
  const watch = watched()
  const began = performance.now()
  const seconds = (): number => Math.round((performance.now() - began) / 1_000)
  const all = []
  for (const target of chosen) {
    const one = await ready(target)
    all.push({ ...one, check: watch.around(one.check) })
  }
  let runs = 0
  try {
    for (let round = 0; ; round++) {
      for (const each of all) {
        const { target, check, seeds } = each
        const own = Math.max(1, Math.round(batch / (target.cost ?? 1)))
        // What is kept is tried first: a finding that is not mended is found again at once.
        const kept = round === 0 ? await firstOf(target.name, check, seeds) : undefined
        const found = kept ?? (await fuzz(each, { seed: seed + round, runs: own }))
        runs += own
        if (found) return report(found)
        process.stdout.write(`\r${seconds()} s  ${runs} runs  ${target.name.padEnd(24)}`)
        if (seconds() >= minutes * 60) return done(runs)
      }
    }
  } finally {
    await watch.stop()
  }
}

function usage(): string {
  const names = targets.map(({ name }) => name).join('\n  ')
  return `npm run fuzz -- [target …] [options]

Feeds what faces the network with broken input until the time is over, or until something is found: that is kept in
test/fuzz/corpus, and tried first from then on.

Options:
  --minutes N  For how long (60)
  --seed N     Where chance begins (another one each time; it is printed)
  --list       Prints this
  --help       Prints this

Targets, all of them by default:
  ${names}
`
}

async function firstOf(
  target: string,
  check: Ready['check'],
  inputs: readonly Buffer[]
): Promise<Found | undefined> {
  for (const input of inputs) {
    try {
      await check(input)
    } catch (error) {
      return { target, input, error }
    }
  }
  return undefined
}

function done(runs: number): number {
  process.stdout.write(`\nnothing found in ${runs} runs\n`)
  return 0
}

function report({ target, input, error }: Found): number {
  const file = keep(target, input)
  process.stdout.write(`\n${target} (${input.length} bytes, test/fuzz/corpus/${target}/${file}):\n`)
  process.stdout.write(`${JSON.stringify(input.toString('latin1').slice(0, 2_000))}\n`)
  const text = error instanceof Error ? `${error.stack ?? error.message}\n` : `${String(error)}\n`
  process.stdout.write(
    error instanceof Error && error.cause instanceof Error ? `${text}${error.cause.stack ?? ''}\n` : text
  )
  return 1
}
