/** One thing that was measured. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly value: number
  /** The same without the gateway, measured in the same run. */
  readonly floor?: number
  /** None: it is told, not judged. */
  readonly limit?: { readonly atMost: number } | { readonly atLeast: number }
  /** What it comes to with next to nothing in the place of the gateway, and what that may be for a verdict. */
  readonly noise?: { readonly value: number; readonly atMost: number }
}

export type Verdict = 'PASS' | 'FAIL' | 'too noisy to judge' | ''

export function judge({ value, limit, noise }: Figure): Verdict {
  if (!limit) return ''
  if (noise && !(noise.value <= noise.atMost)) return 'too noisy to judge'
  const within = 'atMost' in limit ? value <= limit.atMost : value >= limit.atLeast
  return within ? 'PASS' : 'FAIL'
}

/** The table of all figures. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(figure => {
    const { name, unit, value, floor, limit, noise } = figure
    return [name, show(value), show(floor), bound(limit), show(noise?.value), unit, judge(figure)]
  })
  const all = [['figure', 'value', 'floor', 'limit', 'noise', 'unit', 'verdict'], ...rows]
  const width = (column: number): number => Math.max(...all.map(row => row[column]?.length ?? 0))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (isNumeric(column) ? cell.padStart(width(column)) : cell.padEnd(width(column))))
      .join('  ')
      .trimEnd()
  return `${all.map(line).join('\n')}\n`
}

/** The value that a share of the samples does not exceed (nearest rank). NaN without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5)
}

function isNumeric(column: number): boolean {
  return column > 0 && column < 5
}

/** A limit as a reader knows it. */
export function bound(limit: Figure['limit']): string {
  if (!limit) return ''
  return 'atMost' in limit ? `<= ${limit.atMost}` : `>= ${limit.atLeast}`
}

/** A number in as many digits as are of use. */
export function show(value: number | undefined): string {
  if (value === undefined) return ''
  return Number.isInteger(value) ? String(value) : value.toFixed(value >= 100 ? 1 : 3)
}
