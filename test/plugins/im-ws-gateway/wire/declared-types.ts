import { readFileSync } from 'node:fs'

/** The types that a client package declares, by name: each member with what TypeScript says of it. */
export type DeclaredTypes = ReadonlyMap<string, ReadonlyMap<string, string>>

/** @param file under node_modules */
export function declaredTypes(file: string): DeclaredTypes {
  const text = readFileSync(new URL(`../../../../node_modules/${file}`, import.meta.url), 'utf8')
  const types = text.matchAll(/export (?:declare )?(?:type (\w+) =|interface (\w+)) \{(.*?)\n\}/gs)
  return new Map(
    Array.from(types, ([, type = '', named = '', body = '']) => [
      type || named,
      new Map(Array.from(body.matchAll(/^\s+(\w+\??): (.+);$/gm), ([, name = '', of = '']) => [name, of]))
    ])
  )
}

/**
 * What of a value is not as declared, each with its path. Names of types that are not among `types` are enumerations.
 * @param excused members that need not be there, or are not of the type that is declared
 */
export function mismatches(
  types: DeclaredTypes,
  type: string,
  value: unknown,
  excused: (path: string) => boolean = () => false,
  path = type
): string[] {
  const members = types.get(type)
  if (!members) throw new Error(`${type} is not declared`)
  return [...members].flatMap(([declaredName, of]) => {
    const name = declaredName.replace('?', '')
    const member = (value as Record<string, unknown>)[name]
    const at = `${path}.${name}`
    if (excused(at) || (member === undefined && declaredName.endsWith('?'))) return []
    return fits(types, of, member, excused, at)
  })
}

function fits(
  types: DeclaredTypes,
  of: string,
  value: unknown,
  excused: (path: string) => boolean,
  path: string
): string[] {
  const wrong = [`${path} is no ${of}: ${JSON.stringify(value)}`]
  if (of.endsWith(' | null')) return value === null ? [] : fits(types, of.slice(0, -7), value, excused, path)
  if (of.endsWith('[]')) {
    if (!Array.isArray(value)) return wrong
    return value.flatMap((each: unknown) => fits(types, of.slice(0, -2), each, excused, path))
  }
  if (types.has(of))
    return typeof value === 'object' && value !== null ? mismatches(types, of, value, excused, path) : wrong
  const primitive = ['string', 'number', 'boolean'].includes(of) ? of : 'number'
  return typeof value === primitive ? [] : wrong
}
