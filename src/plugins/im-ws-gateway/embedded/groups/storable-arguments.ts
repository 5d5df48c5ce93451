import { storable } from '../people/storable.ts'

/** The same arguments with texts that a database can keep. An id that it cannot keep becomes one that nobody has. */
export function storableArguments<Args>(args: Args): Args {
  return (typeof args === 'string' ? storable(args) : mapped(args)) as Args
}

function mapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storableArguments)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, storableArguments(member)]))
}
