import { readDefault, readType, type ParameterSchema } from './parameter-schema.ts'
import { TextScanner } from './text-scanner.ts'

/** JSON Schema (draft 7 and later) of all parameters of a method. */
export interface ParametersSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, ParameterSchema>>
  readonly required: readonly string[]
  readonly additionalProperties: false
}

/** What the text of a method says. */
export interface RouteText {
  /** What the method does; empty if the text has only parameters. */
  readonly summary: string
  /** Absent: the text says nothing of parameters, and nothing is validated. */
  readonly parameters?: ParametersSchema
}

const maxCharacters = 2_000
const maxParameters = 50
const name = /[\p{L}_][\p{L}\p{N}_-]*/uy
const description = /\(([^()]*)\)/y

/**
 * Reads the text of a method, `{ id, page?: integer 1..100 = 1 (from 1), sort?: new|old } One page of the list`.
 *
 * In braces stand the parameters: a name; `?` if it may be missing; `:` and a type; `=` and a default, with which it may be
 * missing as well; a description in parentheses. Types are `string`, `integer`, `number`, `boolean`, `date` (`2026-01-31`),
 * `string[]` and the like, and alternatives (`new|old`, `1|2`, `'a word'|'another'`). A range `1..100`, `1..` or `..100`
 * bounds the number, the length of the text or that of the list. Without a type a parameter has that of its default,
 * otherwise `string`. The rest is the summary.
 *
 * Further parameters are no error: old clients send some. `additionalProperties` is false, by which Fastify removes them
 * before the handler and the cache see them.
 * @throws {TypeError} for a text that is none, with the position (from 1) and what was expected
 */
export function routeText(text: string): RouteText {
  const scanner = new TextScanner(text)
  if (text.length > maxCharacters) scanner.refuse(`longer than ${maxCharacters} characters`, maxCharacters)
  const control = text.search(/[^\P{Cc}\t\r\n]/u)
  if (control >= 0) scanner.refuse('a control character', control)
  const parameters = scanner.take('{') ? readParameters(scanner) : undefined
  const summary = scanner.rest.trim().replaceAll(/\s+/g, ' ')
  if (!parameters && summary === '') scanner.fail("'{' or a summary")
  return { summary, ...(parameters && { parameters }) }
}

function readParameters(scanner: TextScanner): ParametersSchema {
  const properties = new Map<string, ParameterSchema>()
  const required: string[] = []
  while (!scanner.take('}')) {
    const { position } = scanner
    const key = scanner.match(name)?.[0] ?? scanner.fail("the name of a parameter or '}'")
    if (properties.has(key)) scanner.refuse(`'${key}' is there twice`, position)
    if (key in Object.prototype) scanner.refuse(`'${key}' is a name that all objects have`, position)
    if (properties.size === maxParameters) scanner.refuse(`more than ${maxParameters} parameters`, position)
    const optional = scanner.take('?')
    const schema = readParameter(scanner)
    properties.set(key, schema)
    if (!optional && schema.default === undefined) required.push(key)
    if (scanner.take(',')) continue
    if (scanner.take('}')) break
    scanner.fail("',' or '}'")
  }
  return { type: 'object', properties: Object.fromEntries(properties), required, additionalProperties: false }
}

function readParameter(scanner: TextScanner): ParameterSchema {
  const type = scanner.take(':') ? readType(scanner) : undefined
  const schema = scanner.take('=') ? readDefault(scanner, type) : (type ?? { type: 'string' })
  const told = scanner.match(description)?.[1]?.trim().replaceAll(/\s+/g, ' ')
  return told ? { ...schema, description: told } : schema
}
