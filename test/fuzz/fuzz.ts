import * as fc from 'fast-check'
import { seedsOf } from './corpus.ts'
import { mutants } from './mutants.ts'
import { smallest } from './smallest.ts'
import { Finding, holds, type Check, type Target } from './target.ts'

/** An input for which something does not hold. */
export interface Found {
  readonly target: string
  readonly input: Buffer
  readonly error: unknown
}

/** A target with its corpus, ready to run. */
export interface Ready {
  readonly target: Target
  /** Tries one input. @throws whatever does not hold */
  readonly check: (input: Buffer) => Promise<void>
  readonly seeds: readonly Buffer[]
}

export interface TryOptions {
  /** The same seed makes the same inputs of the same corpus. */
  readonly seed: number
  readonly runs: number
}

/** Milliseconds that the parser may take for anything, and for each byte on top. It is far more than any needs. */
const slowMs = { always: 1_000, byte: 0.02 }
const defaultMaxBytes = 65_536

/** @throws what `prepare` of the target throws, or when it has no seeds */
export async function ready(target: Target): Promise<Ready> {
  const seeds = [...seedsOf(target.name).map(({ input }) => input), ...(target.seeds?.() ?? [])]
  if (seeds.length === 0) throw new Error(`${target.name} has no seeds`)
  const run = await target.prepare()
  return { target, seeds, check: guarded(run) }
}

/** Tries inputs until something does not hold, and then looks for the smallest one. */
export async function fuzz(
  { target, check, seeds }: Ready,
  { seed, runs }: TryOptions
): Promise<Found | undefined> {
  const inputs = mutants(seeds, target.words ?? [], target.maxBytes ?? defaultMaxBytes)
  const property = fc.asyncProperty(inputs, async input => check(input))
  const { counterexample } = await fc.check(property, { seed, numRuns: runs, endOnFailure: true })
  if (!counterexample) return undefined
  const errorOf = async (input: Buffer): Promise<unknown> => {
    try {
      await check(input)
      return undefined
    } catch (error) {
      return error
    }
  }
  const first = await errorOf(counterexample[0])
  const like = kindOf(first)
  const input = await smallest(counterexample[0], async shorter => {
    const error = await errorOf(shorter)
    return error !== undefined && kindOf(error) === like
  })
  return { target: target.name, input, error: (await errorOf(input)) ?? first }
}

/** Two errors of one kind are one finding. */
function kindOf(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.message.slice(0, 40)}` : typeof error
}

/** Whatever the parser prints, and how long it takes, counts as well. */
function guarded(check: Check): Ready['check'] {
  return async input => {
    let ms = 0
    // Others use the processor too: what is slow is slow each time.
    for (let times = 0; times < 3; times++) {
      const began = process.cpuUsage()
      const printed = await printing(async () => check(input))
      holds(printed === '', `it prints: ${printed}`)
      const { user, system } = process.cpuUsage(began)
      ms = (user + system) / 1_000
      if (ms < slowMs.always + slowMs.byte * input.length) return
    }
    throw new Finding(`it takes ${Math.round(ms)} ms for ${input.length} bytes`)
  }
}

/** What a call writes to the console, or warns of. */
async function printing(call: () => Promise<void>): Promise<string> {
  const lines: string[] = []
  const emitWarning = process.emitWarning.bind(process)
  const { log, warn, error } = console
  const note = (...texts: unknown[]): void => void lines.push(texts.map(String).join(' '))
  process.emitWarning = note
  Object.assign(console, { log: note, warn: note, error: note })
  try {
    await call()
  } finally {
    process.emitWarning = emitWarning
    Object.assign(console, { log, warn, error })
  }
  return lines.join('\n')
}
