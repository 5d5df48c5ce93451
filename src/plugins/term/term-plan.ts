import type { TermSettings } from './config.ts'

/** A term as the settings plan it. */
export interface PlannedTerm {
  readonly name: string
  /** `2026-08-31` */
  readonly firstDay: string
  readonly weeks: number
}

/**
 * The terms of the settings, by date.
 * @throws {TypeError} when one begins on no day of the calendar
 */
export function planTerms(terms: TermSettings['terms']): PlannedTerm[] {
  return Object.entries(terms)
    .map(([name, given]) => {
      const { start, weeks = weeksByName(name) } = typeof given === 'string' ? { start: given } : given
      const firstDay = parseDay(start)
      if (firstDay === undefined) throw new TypeError(`Term '${name}' begins on no day: '${start}'`)
      return { name, firstDay, weeks }
    })
    .toSorted((a, b) => (a.firstDay < b.firstDay ? -1 : 1))
}

/** A day written as `2026-8-31` or `2026-08-31`, in the second form; `undefined` for what is none. */
export function parseDay(text: string): string | undefined {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ?? []
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const ms = Date.parse(`${iso}T00:00:00Z`)
  // Some engines take the 30th of February for the 2nd of March.
  return ms >= 0 && new Date(ms).toISOString().startsWith(iso) ? iso : undefined
}

/** Summer terms have the number 1. */
function weeksByName(name: string): number {
  return name.endsWith('-1') ? 4 : 18
}
