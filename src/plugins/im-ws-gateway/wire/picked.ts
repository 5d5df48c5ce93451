/** The named members of an object, and no others. */
export function picked<T extends object, Name extends keyof T>(
  from: T,
  ...names: readonly Name[]
): Pick<T, Name> {
  const members = {} as Pick<T, Name>
  for (const name of names) members[name] = from[name]
  return members
}
