const second = 1_000
const day = 86_400 * second

/** Milliseconds of every unit. A month has 30 days and a year 360. */
const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: second,
  m: 60 * second,
  h: 3_600 * second,
  d: day,
  w: 7 * day,
  mo: 30 * day,
  y: 360 * day
}

const units = Object.keys(unitMs).join(', ')
const maxCharacters = 64
/** No time is longer: ten years. */
export const longestMs = 3_600 * day

/**
 * Milliseconds of a time as people write it, `1h10m`: numbers with units, in any order, each unit once, rounded to whole
 * ones. A number is whole milliseconds already.
 * @throws {TypeError} saying what is wrong
 */
export function durationMs(written: unknown): number {
  const ms = typeof written === 'number' ? written : sumOf(String(written))
  if (!Number.isFinite(ms) || ms < 0) throw new TypeError(`${String(written)} is no time`)
  if (ms > longestMs) throw new TypeError('longer than ten years')
  return Math.round(ms)
}

function sumOf(text: string): number {
  if (text.length > maxCharacters) throw new TypeError(`longer than ${maxCharacters} characters`)
  if (text === '') throw new TypeError('says no time')
  const seen = new Set<string>()
  let sum = 0
  let rest = text
  while (rest !== '') {
    const [part, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)([a-z]*)/.exec(rest) ?? []
    if (part === undefined) throw new TypeError(`'${rest}' does not begin with a number`)
    const ms = Object.hasOwn(unitMs, unit) ? unitMs[unit] : undefined
    if (ms === undefined) throw new TypeError(`'${unit}' is no unit (${units})`)
    if (seen.has(unit)) throw new TypeError(`'${unit}' is there twice`)
    seen.add(unit)
    sum += Number(amount) * ms
    rest = rest.slice(part.length)
  }
  return sum
}
