const names = [
  'scenes_shown_total',
  'scenes_returned_total',
  'scenes_discarded_total',
  'refreshes_total',
  'scans_total',
  'scans_late_total',
  'scans_repeated_total',
  'second_scanners_total',
  'confirmations_total',
  'cancellations_total',
  'codes_total',
  'codes_refused_total',
  'logins_total',
  'limited_total',
  'quota_alarms_total'
] as const

/** What is counted. */
export type Counter = (typeof names)[number]

/** Counts what happens to logins, in this process. */
export class Counters {
  readonly #values = new Map<Counter, number>(names.map(name => [name, 0]))

  add(name: Counter, by = 1): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + by)
  }

  get values(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#values)
  }
}
