import type { Declared } from './declared-types.ts'

/** Of these 0 stands for none. */
const optional = new Set(['SessionType'])
/** Of these the clients know only some: newer ones are no mistake. */
const open = new Set(['Platform', 'MessageType'])

export interface FitOptions {
  readonly types: ReadonlyMap<string, Declared>
  /** Fields that may be absent although they are declared without a question mark. */
  readonly absent?: RegExp
  /** Fields that may be null although they are declared otherwise. */
  readonly nullable?: RegExp
  /** Types whose times are in seconds; those of all others are in milliseconds. */
  readonly inSeconds?: RegExp
}

/** A field with a moment in it, and what moments of these years are like. */
const moment = /^(?!msgDestruct).*Time$/
const ranges = { seconds: [1e9, 1e10], milliseconds: [1e12, 1e13] } as const

/** What is wrong with a value of a declared type: a line each, with its path. Fields that are not declared may be there. */
export function misfits(
  value: unknown,
  type: Declared,
  options: FitOptions,
  path = '',
  typeName = ''
): readonly string[] {
  const wrong = (expected: string): string[] => [`${path} is ${shown(value)}, not ${expected}`]
  switch (type.kind) {
    case 'list':
      if (!Array.isArray(value)) return wrong('a list')
      return value.flatMap((one, index) => misfits(one, type.of, options, `${path}[${index}]`))
    case 'numbers': {
      if (typeof value !== 'number') return wrong(`one of ${type.name}`)
      const isKnown = type.values.has(value) || open.has(type.name)
      return isKnown || (value === 0 && optional.has(type.name)) ? [] : wrong(`one of ${type.name}`)
    }
    case 'all':
      return type.of.flatMap(part => misfits(value, part, options, path))
    case 'any': {
      const each = type.of.map(one => misfits(value, one, options, path))
      return each.some(problems => problems.length === 0) ? [] : (each[0] ?? [])
    }
    case 'fields': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('an object')
      return [...type.fields].flatMap(([name, field]) => {
        const one = (value as Readonly<Record<string, unknown>>)[name]
        if (one === undefined && (field.optional || options.absent?.test(name))) return []
        if (one === null && options.nullable?.test(name)) return []
        const wrongTime = moment.test(name) ? timeMisfits(one, typeName, options, `${path}.${name}`) : []
        return [...misfits(one, field.type, options, `${path}.${name}`), ...wrongTime]
      })
    }
    default: {
      const { name } = type
      if (name === 'any' || name === 'unknown') return []
      if (name === 'null') return value === null ? [] : wrong('null')
      if (name === 'string' || name === 'boolean') return typeof value === name ? [] : wrong(name)
      if (name === 'number') return Number.isFinite(value) ? [] : wrong(name)
      const declared = options.types.get(name)
      return declared
        ? misfits(value, declared, options, path, name)
        : wrong(`a ${name}, which nobody has declared`)
    }
  }
}

function timeMisfits(value: unknown, typeName: string, options: FitOptions, path: string): readonly string[] {
  const unit = options.inSeconds?.test(typeName) ? 'seconds' : 'milliseconds'
  const [from, to] = ranges[unit]
  if (typeof value !== 'number' || value === 0 || (value > from && value < to)) return []
  return [`${path} is ${shown(value)}, not a moment in ${unit}`]
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'absent').slice(0, 80)
}
