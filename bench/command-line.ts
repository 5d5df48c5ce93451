import { parseArgs } from 'node:util'

/** A number that may be given, greater than 0. */
export interface NumberOption {
  readonly about: string
  /** What it is when it is not given. */
  readonly default?: number
}

type NumberOptions = Readonly<Record<string, NumberOption>>

/** What a benchmark may be asked. */
export interface Usage<Numbers extends NumberOptions> {
  /** As it is typed, without arguments. */
  readonly command: string
  readonly about: string
  /** What it can measure. Empty: it is all of one piece. */
  readonly parts: readonly string[]
  readonly numbers: Numbers
}

/** What it was asked. */
export interface CommandLine<Numbers extends NumberOptions> {
  /** Those that were named. */
  readonly parts: readonly string[]
  readonly numbers: {
    readonly [Name in keyof Numbers]: Numbers[Name] extends { readonly default: number }
      ? number
      : number | undefined
  }
  /** Where to write the figures as JSON. */
  readonly json: string | undefined
}

/** Reads the command line. For `--help`, or where it is wrong, this prints what may be asked and ends the process. */
export function commandLine<const Numbers extends NumberOptions>(
  usage: Usage<Numbers>,
  args: readonly string[] = process.argv.slice(2)
): CommandLine<Numbers> {
  try {
    const { help, ...line } = read(usage, args)
    if (!help) return line
    process.stdout.write(textOf(usage))
    return process.exit(0)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${textOf(usage)}`)
    return process.exit(2)
  }
}

function read<const Numbers extends NumberOptions>(
  { parts, numbers }: Usage<Numbers>,
  args: readonly string[]
): CommandLine<Numbers> & { readonly help: boolean } {
  const names = Object.keys(numbers)
  const text = { type: 'string' } as const
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...Object.fromEntries(names.map(name => [name, text])),
      json: text,
      help: { type: 'boolean', short: 'h' }
    }
  })
  const unknown = positionals.find(name => !parts.includes(name))
  if (unknown !== undefined) throw new Error(`There is no part '${unknown}'.`)
  const given = values as Readonly<Record<string, string | undefined>>
  const numberOf = (name: string): number | undefined => {
    const value = given[name] === undefined ? numbers[name]?.default : Number(given[name])
    if (value !== undefined && !(value > 0)) throw new Error(`--${name} takes a number greater than 0.`)
    return value
  }
  return {
    parts: positionals,
    numbers: Object.fromEntries(names.map(name => [name, numberOf(name)])) as CommandLine<Numbers>['numbers'],
    json: given['json'],
    help: values.help === true
  }
}

function textOf({ command, about, parts, numbers }: Usage<NumberOptions>): string {
  const options = Object.entries(numbers).map(([name, { about: what, default: value }]): [string, string] => [
    `--${name} N`,
    value === undefined ? what : `${what} (${value})`
  ])
  const lines = [...options, ['--json FILE', 'Writes the figures there as well'], ['--help', 'Prints this']]
  const width = Math.max(...lines.map(([name = '']) => name.length))
  const all = lines.map(([name = '', what = '']) => `  ${name.padEnd(width)}  ${what}\n`).join('')
  const which = parts.length > 0 ? `Parts, all of them by default: ${parts.join(', ')}\n\n` : ''
  return `${command} -- ${parts.length > 0 ? '[part …] ' : ''}[options]\n\n${about}\n\n${which}Options:\n${all}`
}
