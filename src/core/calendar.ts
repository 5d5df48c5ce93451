const dayMs = 86_400_000

/** The Gregorian calendar as a time zone keeps it. A day is its date, `2026-01-31`, of the years 1970 to 9999. */
export interface Calendar {
  /** The day at a moment, in milliseconds since the epoch. */
  readonly dayOf: (ms: number) => string
  /**
   * When a day begins, in milliseconds since the epoch: after midnight where clocks are put forward then, at the first
   * midnight where there are two. A day that a zone has left out begins with the next one.
   */
  readonly startOf: (day: string) => number
}

/** Whether there is a time zone of this name, such as `Asia/Shanghai`. An offset, such as `+08:00`, is none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    calendarOf(name)
    return true
  } catch {
    return false
  }
}

/** @throws {RangeError} when there is no such time zone */
export function calendarOf(timeZone: string): Calendar {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric'
  })
  /** What a clock in the zone shows, as if it were in UTC. */
  const shownAt = (ms: number): number => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
    const { year = 0, month = 0, day = 0, hour, minute, second } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second)
  }
  const dayOf = (ms: number): string => dateText(shownAt(ms))
  return {
    dayOf,
    startOf(day) {
      const midnight = Date.parse(day)
      const starts = [midnight - dayMs, midnight + dayMs].map(near => midnight + near - shownAt(near))
      return starts.toSorted((a, b) => a - b).find(ms => dayOf(ms) === day) ?? Math.max(...starts)
    }
  }
}

/** The day that comes so many days after another, or before it. */
export function addDays(day: string, days: number): string {
  return dateText(Date.parse(day) + days * dayMs)
}

/** How many days after `from` the day `to` comes. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / dayMs
}

function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
