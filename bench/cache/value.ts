/** What is cached: a table as a portal shows it, 1,108 bytes of JSON. */
export function value(): object {
  const rows = Array.from({ length: 12 }, (_, at) => ({
    id: at,
    name: `course number ${at}`,
    teacher: 'somebody',
    room: `building J, ${at}`,
    credit: 2.5
  }))
  return { rows }
}

/** A thousand keys, read in turn. */
export const keys: readonly string[] = Array.from({ length: 1_000 }, (_, at) => `user-${at}`)

/** Longer than any run. */
export const ttlMs = 3_600_000
