import { readFileSync } from 'node:fs'

/** How many of each kind are in a heap, by type and name of their constructor or function. */
export type Census = ReadonlyMap<string, number>

interface Head {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[]
      readonly node_types: readonly [readonly string[], ...unknown[]]
    }
  }
}

/** What the engine makes for itself as it compiles. */
const notCounted = new Set(['code', 'hidden', 'synthetic', 'object shape', 'symbol'])
/** Their names are what they hold. */
const nameless = new Set(['string', 'concatenated string', 'sliced string', 'number', 'bigint', 'regexp'])

/** Counts what is in a heap snapshot, without its edges, which are most of the file. */
export function censusOf(path: string): Census {
  const text = readFileSync(path, 'utf8')
  const list = (name: string): { readonly from: number; readonly values: readonly never[] } => {
    const from = text.indexOf(`"${name}":[`)
    const begin = from + name.length + 3
    const end = name === 'strings' ? text.lastIndexOf(']') : text.indexOf(']', begin)
    return { from, values: JSON.parse(text.slice(begin, end + 1)) as never[] }
  }
  const nodes = list('nodes') as { readonly from: number; readonly values: readonly number[] }
  const strings = list('strings').values as readonly string[]
  const head = JSON.parse(`${text.slice(0, text.lastIndexOf(',', nodes.from))}}`) as Head
  const { node_fields: fields, node_types: types } = head.snapshot.meta
  const [typeAt, nameAt] = [fields.indexOf('type'), fields.indexOf('name')]
  const counts = new Map<string, number>()
  for (let at = 0; at < nodes.values.length; at += fields.length) {
    const type = types[0][nodes.values[at + typeAt] ?? 0] ?? ''
    if (notCounted.has(type)) continue
    const kind = nameless.has(type) ? type : `${type} ${strings[nodes.values[at + nameAt] ?? 0] ?? ''}`
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}

/** Of what there are so many more than before, with their number. */
export function grownBy(least: number, before: Census, after: Census): string[] {
  const more = [...after].map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const)
  return more.filter(([, by]) => by >= least).map(([kind, by]) => `${kind}: ${by}`)
}
