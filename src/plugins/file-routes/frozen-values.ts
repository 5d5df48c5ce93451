import { isObject } from './module-exports.ts'

/** Freezes objects and lists, with all that is in them. */
export function frozen<T>(value: T): T {
  if (Array.isArray(value)) for (const item of value) frozen(item)
  else if (!isObject(value)) return value
  else for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}
