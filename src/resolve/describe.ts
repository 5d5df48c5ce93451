import { inspect } from 'node:util'
import type { ConfigSource } from '../settings/config-file.ts'
import { nearest } from '../settings/nearest.ts'
import type { Problem } from '../settings/problems.ts'
import { isSecret, type SchemaFault, type SchemaNode, type Section } from '../settings/schema.ts'

/** What settings are described with: their schema, their values, and where those came from. */
export interface Provenance {
  readonly view: SchemaNode
  readonly values: Section
  readonly source: ConfigSource
  /** The variable that set a value, by its path joined with dots. */
  readonly variables: ReadonlyMap<string, string>
}

/** Says where a setting was made: the variable, or the path and its position in the file. */
export function placeOf(
  path: readonly string[],
  { variables, source }: Provenance
): Pick<Problem, 'where' | 'position'> {
  const from = path.map((_, index) => variables.get(path.slice(0, index + 1).join('.'))).find(Boolean)
  return from ? { where: from } : { where: path.join('.'), position: source.locate(path) }
}

/** Tells a fault as a problem, without the value where that is a secret. */
export function describe(fault: SchemaFault, provenance: Provenance): Problem {
  const { path, kind, text, node, candidates } = fault
  const place = placeOf(path, provenance)
  if (kind === 'unknown') {
    const known = path.length === 3 && path[0] === 'plugins' ? [...candidates, 'enabled', 'use'] : candidates
    const guess = nearest(path.at(-1) ?? '', known)
    const hint = guess ? `did you mean '${guess}'?` : `known here: ${known.join(', ')}`
    return { code: 'CONFIG_UNKNOWN_KEY', ...place, message: 'no setting has this name', hint }
  }
  if (kind === 'missing')
    return { code: 'CONFIG_MISSING', ...place, message: 'is required', hint: node?.description }
  const value = path.reduce<unknown>((section, key) => (section as Section)[key], provenance.values)
  const secret = isSecret(provenance.view, path)
  const guess = typeof value === 'string' && !secret ? nearest(value, candidates) : undefined
  const shown = inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 60 })
  const message = `${text}${secret ? ' (value hidden: it is a secret)' : `; got ${shown}`}`
  const hint = guess ? `did you mean '${guess}'?` : node?.description
  return { code: 'CONFIG_BAD_VALUE', ...place, message, hint }
}
