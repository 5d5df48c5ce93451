import { isDeepStrictEqual } from 'node:util'

/** One parser with what must hold for whatever it is given. */
export interface Target {
  /** Names its corpus: `corpus/<name>/`. */
  readonly name: string
  /** Texts that mean something to the parser, for mutations; ASCII punctuation and the like is there already. */
  readonly words?: readonly string[]
  /** How much dearer one run is than that of a usual target; fewer runs are made of it. Default: 1. */
  readonly cost?: number
  /** Bytes of the largest input; the parser's own limit should be below it. Default: 65,536. */
  readonly maxBytes?: number
  /** Seeds that tests have anyway, besides those that are kept. */
  seeds?(): Buffer[]
  /** Makes what all runs share. */
  prepare(): Check | Promise<Check>
}

/** Throws, whatever it is, when something does not hold. It must leave nothing behind for the next run. */
export type Check = (input: Buffer) => void | Promise<void>

/** Something that does not hold. */
export class Finding extends Error {
  override readonly name = 'Finding'
}

let judged = 0

/** How often {@link holds} was asked since the process began: it tells how far an input gets. */
export function judgements(): number {
  return judged
}

/** @throws {Finding} unless something holds */
export function holds(condition: boolean, otherwise: string): asserts condition {
  judged++
  if (!condition) throw new Finding(otherwise)
}

type ErrorType = abstract new (...args: never[]) => Error

/** What came of a call. */
export type Outcome<T> = { readonly value: T } | { readonly refused: Error }

/** Calls a parser that may throw errors of some types, and no others. */
export function attempt<T>(call: () => T, ...documented: readonly ErrorType[]): Outcome<T> {
  try {
    return { value: call() }
  } catch (error) {
    return { refused: refusal(error, documented) }
  }
}

/** The same for one that gives a promise. */
export async function attemptAsync<T>(
  call: () => Promise<T>,
  ...documented: readonly ErrorType[]
): Promise<Outcome<T>> {
  try {
    return { value: await call() }
  } catch (error) {
    return { refused: refusal(error, documented) }
  }
}

function refusal(error: unknown, documented: readonly ErrorType[]): Error {
  // A TypeError of the engine's own is a subclass of nothing that anybody documents by accident.
  const fits = documented.some(type => error instanceof type) && !isFromEngine(error as Error)
  if (fits) return error as Error
  throw new Finding(`it throws what is not documented: ${String(error)}`, { cause: error })
}

/** What V8 says of a mistake in a program; a stack that overflows is one as well. */
function isFromEngine({ message }: Error): boolean {
  return /is not a function|of undefined|of null|is not iterable|call stack|not defined|Invalid string length/.test(
    message
  )
}

/** What must never come back out of a parser. Seeds have it where settings and frames have their secrets. */
export const secret = 'sEcReT-7c1e9a'

/** @throws {Finding} when an error, or whatever else is shown to somebody, holds the {@link secret} */
export function keepsSecret(shown: unknown): void {
  const text = shown instanceof Error ? `${shown.message}\n${JSON.stringify(shown)}` : JSON.stringify(shown)
  holds(!(text ?? '').includes(secret), 'it shows a secret')
}

const separator = '\n%%\n'

/** The parts of an input that stands for several values, as a header and a body: there is a line `%%` between two. */
export function partsOf(input: Buffer): Buffer[] {
  const parts: Buffer[] = []
  let start = 0
  for (;;) {
    const at = input.indexOf(separator, start)
    if (at < 0) return [...parts, input.subarray(start)]
    parts.push(input.subarray(start, at))
    start = at + separator.length
  }
}

/** The first parts as texts; those that are missing are empty. */
export function textsOf(input: Buffer, count: number): string[] {
  const parts = partsOf(input)
  return Array.from({ length: count }, (_, index) => (parts[index] ?? Buffer.alloc(0)).toString())
}

/** Puts parts together. */
export function joined(...parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part, index) => [...(index > 0 ? [Buffer.from(separator)] : []), Buffer.from(part)])
  )
}

/** The value of a JSON text; `undefined` where it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Whether two values are equal, as far as they are not nested deeper than a comparison can go. */
export function isSame(left: unknown, right: unknown): boolean {
  try {
    return isDeepStrictEqual(left, right)
  } catch (error) {
    if (error instanceof RangeError) return true
    throw error
  }
}
