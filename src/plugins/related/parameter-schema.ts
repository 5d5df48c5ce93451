import type { TextScanner } from './text-scanner.ts'

/** JSON Schema of one parameter. */
export interface ParameterSchema {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array'
  readonly format?: 'date'
  readonly enum?: readonly (string | number)[]
  readonly items?: ParameterSchema
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly default?: string | number | boolean
  readonly description?: string
}

/** A word, with or without quotation marks. */
interface Word {
  readonly text: string
  readonly quoted: boolean
  readonly position: number
}

const kinds: Readonly<Record<string, ParameterSchema>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' }
}
const kindNames = Object.keys(kinds).join(', ')
const bounds: Readonly<
  Record<string, readonly ['minimum' | 'minLength' | 'minItems', 'maximum' | 'maxLength' | 'maxItems']>
> = {
  integer: ['minimum', 'maximum'],
  number: ['minimum', 'maximum'],
  string: ['minLength', 'maxLength'],
  array: ['minItems', 'maxItems']
}

const quotedWord = /'([^'\n]*)'|"([^"\n]*)"/y
const bareWord = /[^\s,{}()[\]|?=:'"]+/y
const range = /(-?\d+(?:\.\d+)?)?\.\.(-?\d+(?:\.\d+)?)?/y
const numeral = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const maxAlternatives = 100

/** Reads what may stand behind `:`: a type and its range, or alternatives. */
export function readType(scanner: TextScanner): ParameterSchema {
  const expected = `a type (${kindNames}) or words with | between them`
  const first = readWord(scanner, expected)
  const kind = !first.quoted && Object.hasOwn(kinds, first.text) ? kinds[first.text] : undefined
  if (!kind) return readAlternatives(scanner, first)
  const position = scanner.position
  if (scanner.take('|')) scanner.refuse(`${first.text} is a type; as a word it has quotation marks`, position)
  const schema: ParameterSchema = scanner.take('[]') ? { type: 'array', items: kind } : kind
  return { ...schema, ...readRange(scanner, schema) }
}

/** Reads what may stand behind `=`; without a type, that of the default is the parameter's. */
export function readDefault(scanner: TextScanner, type: ParameterSchema | undefined): ParameterSchema {
  const word = readWord(scanner, 'a value, with quotation marks if it is more than a word')
  if (!type) return typeOf(word)
  if (type.type === 'array') scanner.refuse('a list has no default', word.position)
  const value = valueOf(word, type)
  if (value === undefined || !isWithin(value, type))
    scanner.refuse('the default does not fit the type', word.position)
  return { ...type, default: value }
}

function readWord(scanner: TextScanner, expected: string): Word {
  const { position } = scanner
  const quoted = scanner.match(quotedWord)
  if (quoted) return { text: quoted[1] ?? quoted[2] ?? '', quoted: true, position }
  const bare = scanner.match(bareWord)
  return bare ? { text: bare[0], quoted: false, position } : scanner.fail(expected)
}

function readAlternatives(scanner: TextScanner, first: Word): ParameterSchema {
  const words = [first]
  while (scanner.take('|')) words.push(readWord(scanner, 'a word'))
  if (words.length === 1 && !first.quoted)
    scanner.refuse(
      `'${first.text}' is no type (${kindNames}); a word alone has quotation marks`,
      first.position
    )
  if (words.length > maxAlternatives) scanner.refuse(`more than ${maxAlternatives} words`, first.position)
  const twice = words.find(({ text }, index) => words.findIndex(other => other.text === text) < index)
  if (twice) scanner.refuse(`'${twice.text}' is there twice`, twice.position)
  const types = words.map(word => typeOf(word).type)
  if (types.every(type => type === 'integer' || type === 'number'))
    return {
      type: types.includes('number') ? 'number' : 'integer',
      enum: words.map(({ text }) => Number(text))
    }
  return { type: 'string', enum: words.map(({ text }) => text) }
}

function readRange(scanner: TextScanner, { type, format }: ParameterSchema): Partial<ParameterSchema> {
  const { position } = scanner
  const found = scanner.match(range)
  if (!found) return {}
  const [, from, to] = found
  const names = format ? undefined : bounds[type]
  if (!names) scanner.refuse(`a ${format ?? type} has no range`, position)
  if (from === undefined && to === undefined) scanner.refuse('a range has at least one end', position)
  for (const end of [from, to]) {
    if (end === undefined) continue
    const isExact = type === 'number' ? Number.isFinite(Number(end)) : Number.isSafeInteger(Number(end))
    if (!isExact) scanner.refuse(`${end} is no ${type === 'number' ? 'number' : 'whole number'}`, position)
    if (end.startsWith('-') && (type === 'string' || type === 'array'))
      scanner.refuse('a length is not below 0', position)
  }
  if (Number(from) > Number(to)) scanner.refuse('the range ends before it begins', position)
  return {
    ...(from !== undefined && { [names[0]]: Number(from) }),
    ...(to !== undefined && { [names[1]]: Number(to) })
  }
}

/** The type that a default has by itself, and the default. Numbers that would lose digits are texts. */
function typeOf({ text, quoted }: Word): ParameterSchema {
  if (!quoted && (text === 'true' || text === 'false')) return { type: 'boolean', default: text === 'true' }
  const value = !quoted && numeral.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(value) && !text.includes('.')) return { type: 'integer', default: value }
  if (Number.isFinite(value) && text.includes('.')) return { type: 'number', default: value }
  return { type: 'string', default: text }
}

/** The value that a word is in a type; `undefined`: it is none. */
function valueOf(
  { text, quoted, position }: Word,
  { type, format }: ParameterSchema
): ParameterSchema['default'] {
  if (format) return isDate(text) ? text : undefined
  if (type === 'string') return text
  const own = typeOf({ text, quoted, position })
  return own.type === type || (type === 'number' && own.type === 'integer') ? own.default : undefined
}

function isWithin(value: string | number | boolean, schema: ParameterSchema): boolean {
  if (schema.enum) return schema.enum.some(each => each === value)
  const { minimum, maximum, minLength, maxLength } = schema
  const least = minimum ?? minLength ?? -Infinity
  const most = maximum ?? maxLength ?? Infinity
  const size = typeof value === 'string' ? Array.from(value).length : Number(value)
  return size >= least && size <= most
}

function isDate(text: string): boolean {
  const date = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? text : NaN)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
