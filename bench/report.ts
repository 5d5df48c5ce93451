import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { judge, table, type Figure } from './figures.ts'

/** What a benchmark can measure, by name. */
export type Parts = ReadonlyMap<string, () => Promise<Figure[]>>

/** Those of the parts that are named. */
export function partsNamed(parts: Parts, names: readonly string[]): Parts {
  return new Map([...parts].filter(([name]) => names.includes(name)))
}

/**
 * Measures parts one after the other, prints their figures with their verdicts, and writes them to a JSON file where
 * one is named. Returns the exit code: 1 when a figure missed its limit.
 */
export async function report(parts: Parts, json?: string): Promise<0 | 1> {
  const loadBefore = loadavg()[0] ?? NaN
  const figures: Figure[] = []
  for (const [name, measure] of parts) {
    process.stderr.write(`${name} …\n`)
    // eslint-disable-next-line no-await-in-loop
    figures.push(...(await measure()))
  }
  process.stdout.write(table(figures))
  process.stdout.write(
    `load average ${loadBefore.toFixed(2)} before, ${(loadavg()[0] ?? NaN).toFixed(2)} after\n`
  )
  const judged = figures.map(figure => ({ ...figure, verdict: judge(figure) }))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(judged, undefined, 2)}\n`)
  return judged.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0
}
