import * as fc from 'fast-check'
import type { ParameterSchema, RouteText } from '../../../src/plugins/related/service.ts'

type Parameter = readonly [name: string, schema: ParameterSchema, optional: boolean]

const plain = fc.stringMatching(/^[a-zA-Z一-龥]{1,8}$/)
const phrase = fc.array(plain, { minLength: 1, maxLength: 4 }).map(words => words.join(' '))
const integer = fc.integer({ min: -1_000, max: 1_000 })
const ends = (least: number) =>
  fc.tuple(fc.option(fc.integer({ min: least, max: 50 })), fc.option(fc.integer({ min: 50, max: 100 })))
const bounded = (schema: ParameterSchema, [from, to]: readonly [string, string], least: number) =>
  ends(least).map(([min, max]): ParameterSchema => ({
    ...schema,
    ...(min !== null && { [from]: min }),
    ...(max !== null && { [to]: max })
  }))

const numbers = fc
  .constantFrom<'integer' | 'number'>('integer', 'number')
  .chain(type => bounded({ type }, ['minimum', 'maximum'], -50))
const lists = fc
  .constantFrom<ParameterSchema>({ type: 'string' }, { type: 'boolean' }, { type: 'string', format: 'date' })
  .chain(items => bounded({ type: 'array', items }, ['minItems', 'maxItems'], 0))
const simple = fc.oneof(
  fc.constant<ParameterSchema>({ type: 'string' }),
  fc.constant<ParameterSchema>({ type: 'boolean' }),
  fc.constant<ParameterSchema>({ type: 'string', format: 'date' }),
  bounded({ type: 'string' }, ['minLength', 'maxLength'], 0),
  numbers,
  lists,
  fc
    .uniqueArray(phrase, { minLength: 1, maxLength: 5 })
    .map(words => ({ type: 'string' as const, enum: words })),
  fc
    .uniqueArray(integer, { minLength: 2, maxLength: 5 })
    .map(values => ({ type: 'integer' as const, enum: values }))
)
const withDefault = fc.oneof(
  integer.map(value => ({ type: 'integer' as const, default: value })),
  integer.map(value => ({ type: 'number' as const, default: value + 0.5 })),
  fc.boolean().map(value => ({ type: 'boolean' as const, default: value })),
  phrase.map(value => ({ type: 'string' as const, default: value })),
  fc
    .uniqueArray(phrase, { minLength: 1, maxLength: 5 })
    .map(words => ({ type: 'string' as const, enum: words, default: words[0] ?? '' })),
  fc.constant({ type: 'string' as const, format: 'date' as const, default: '2026-02-28' })
)
const parameter = fc
  .tuple(
    fc.stringMatching(/^[a-zA-Z一-龥_][\w一-龥-]{0,8}$/),
    fc.oneof(simple, withDefault),
    fc.boolean(),
    fc.option(phrase)
  )
  .filter(([name]) => !(name in Object.prototype))
  .map(([name, schema, optional, description]): Parameter => [
    name,
    description === null ? schema : { ...schema, description },
    optional || (schema as ParameterSchema).default !== undefined
  ])

/** What texts may say. */
export const texts: fc.Arbitrary<RouteText> = fc
  .tuple(phrase, fc.option(fc.uniqueArray(parameter, { selector: ([name]) => name, maxLength: 8 })))
  .map(([summary, parameters]) =>
    parameters === null
      ? { summary }
      : {
          summary,
          parameters: {
            type: 'object',
            properties: Object.fromEntries(parameters.map(([name, schema]) => [name, schema])),
            required: parameters.filter(([, , optional]) => !optional).map(([name]) => name),
            additionalProperties: false
          }
        }
  )

/** Writes a text, with one of `blanks` after the other between its tokens. */
export function printText({ summary, parameters }: RouteText, blanks: readonly string[]): string {
  if (!parameters) return summary
  let next = 0
  const join = (tokens: readonly string[]): string =>
    tokens.map(token => token + blanks[next++ % blanks.length]).join('')
  const listed = Object.entries(parameters.properties).map(([name, schema]) => {
    const optional = parameters.required.includes(name) ? [] : ['?']
    return join([
      name,
      ...optional,
      ...typeTokens(schema),
      ...defaultTokens(schema),
      ...descriptionTokens(schema)
    ])
  })
  return `${join(['{'])}${listed.join(',')}} ${summary}`
}

function typeTokens(schema: ParameterSchema): string[] {
  const { type, format, items, enum: words } = schema
  if (words) return [':', ...words.flatMap((word, index) => [...(index > 0 ? ['|'] : []), wordToken(word)])]
  const from = schema.minimum ?? schema.minLength ?? schema.minItems
  const to = schema.maximum ?? schema.maxLength ?? schema.maxItems
  const range = from === undefined && to === undefined ? [] : [` ${from ?? ''}..${to ?? ''}`]
  if (items) return [':', items.format ?? items.type, '[]', ...range]
  return [':', format ?? type, ...range]
}

function defaultTokens({ default: value }: ParameterSchema): string[] {
  return value === undefined ? [] : ['=', typeof value === 'boolean' ? String(value) : wordToken(value)]
}

function descriptionTokens({ description }: ParameterSchema): string[] {
  return description === undefined ? [] : [`(${description})`]
}

function wordToken(word: string | number): string {
  return typeof word === 'string' ? `'${word}'` : String(word)
}
