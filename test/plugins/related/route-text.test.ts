import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { routeText } from '../../../src/plugins/related/service.ts'
import { printText, texts } from './printed-text.ts'

const propertiesOf = (text: string): unknown => routeText(text).parameters?.properties

test('a text without braces is a summary, and says nothing of parameters', () => {
  expect(routeText('  校园卡\n  余额 ')).toEqual({ summary: '校园卡 余额' })
  expect(routeText('Returns { name }')).toEqual({ summary: 'Returns { name }' })
})

test('parameters are required unless they may be missing or have a default, and further ones are not let through', () => {
  expect(routeText('{ a, b?: integer, c?=1, d = 1 } 说明')).toEqual({
    summary: '说明',
    parameters: {
      type: 'object',
      properties: {
        a: { type: 'string' },
        b: { type: 'integer' },
        c: { type: 'integer', default: 1 },
        d: { type: 'integer', default: 1 }
      },
      required: ['a'],
      additionalProperties: false
    }
  })
})

test('empty braces say that there are no parameters, and a summary may be missing', () => {
  expect(routeText('{} All').parameters).toMatchObject({ properties: {}, required: [] })
  expect(routeText('{ 学号, }')).toMatchObject({ summary: '', parameters: { required: ['学号'] } })
})

test.each<[string, unknown]>([
  ['string', { type: 'string' }],
  ['number', { type: 'number' }],
  ['boolean', { type: 'boolean' }],
  ['date', { type: 'string', format: 'date' }],
  ['string[]', { type: 'array', items: { type: 'string' } }],
  ['date [] 1..3', { type: 'array', items: { type: 'string', format: 'date' }, minItems: 1, maxItems: 3 }],
  ['integer -1..100', { type: 'integer', minimum: -1, maximum: 100 }],
  ['number 0.5..', { type: 'number', minimum: 0.5 }],
  ['string ..20', { type: 'string', maxLength: 20 }],
  ["'a b'|\"it's\"|c", { type: 'string', enum: ['a b', "it's", 'c'] }],
  ["'integer'", { type: 'string', enum: ['integer'] }],
  ['新|旧', { type: 'string', enum: ['新', '旧'] }],
  ['1|2|3', { type: 'integer', enum: [1, 2, 3] }],
  ['1|2.5', { type: 'number', enum: [1, 2.5] }],
  ['1|all|true', { type: 'string', enum: ['1', 'all', 'true'] }],
  ["1|'2'", { type: 'string', enum: ['1', '2'] }]
])('a type: %s', (type, schema) => {
  expect(propertiesOf(`{ x: ${type} }`)).toEqual({ x: schema })
})

test.each<[string, unknown]>([
  ['= new', { type: 'string', default: 'new' }],
  ["= 'two words'", { type: 'string', default: 'two words' }],
  ["= '1'", { type: 'string', default: '1' }],
  ['= 007', { type: 'string', default: '007' }],
  ['= 12345678901234567890', { type: 'string', default: '12345678901234567890' }],
  ['= -2', { type: 'integer', default: -2 }],
  ['= 1.0', { type: 'number', default: 1 }],
  ['= false', { type: 'boolean', default: false }],
  [': string = 1', { type: 'string', default: '1' }],
  [': number = 1', { type: 'number', default: 1 }],
  [': date = 2026-02-28', { type: 'string', format: 'date', default: '2026-02-28' }],
  [': integer 1..100 = 100', { type: 'integer', minimum: 1, maximum: 100, default: 100 }],
  [': string 1..1 = 🚌', { type: 'string', minLength: 1, maxLength: 1, default: '🚌' }],
  [': new|old=old', { type: 'string', enum: ['new', 'old'], default: 'old' }],
  [': 1|2 = 2', { type: 'integer', enum: [1, 2], default: 2 }]
])('a default: %s', (rest, schema) => {
  expect(routeText(`{ x${rest} }`).parameters).toMatchObject({ properties: { x: schema }, required: [] })
})

test('a parameter may be described, whatever else is said of it', () => {
  expect(propertiesOf('{ a (第一个\n 加数), b?: integer 1.. = 2 (at least 1), c() }')).toEqual({
    a: { type: 'string', description: '第一个 加数' },
    b: { type: 'integer', minimum: 1, default: 2, description: 'at least 1' },
    c: { type: 'string' }
  })
})

test.each([
  ['', 1, "expected '{' or a summary, but the text ends"],
  ['  ', 3, "expected '{' or a summary, but the text ends"],
  ['{ a', 4, "expected ',' or '}', but the text ends"],
  ['{ a b }', 5, "expected ',' or '}', but there is \"b\""],
  ['{ a，b }', 4, "expected ',' or '}', but there is \"，\""],
  ['{ 1 }', 3, 'expected the name of a parameter or \'}\', but there is "1"'],
  ['{ , }', 3, 'expected the name of a parameter or \'}\', but there is ","'],
  ['{ a, a }', 6, "'a' is there twice"],
  ['{ toString }', 3, "'toString' is a name that all objects have"],
  ['{ __proto__ }', 3, "'__proto__' is a name that all objects have"],
  ['{ a: }', 6, 'expected a type (string, integer, number, boolean, date) or words with | between them'],
  ['{ a: int }', 6, "'int' is no type"],
  ['{ a: string|number }', 12, 'string is a type; as a word it has quotation marks'],
  ['{ a: x| }', 9, 'expected a word, but there is "}"'],
  ['{ a: x|y|x }', 10, "'x' is there twice"],
  ["{ a: 'x }", 6, 'expected a type'],
  ['{ a: boolean 1..2 }', 14, 'a boolean has no range'],
  ['{ a: date 1..2 }', 11, 'a date has no range'],
  ['{ a: integer .. }', 14, 'a range has at least one end'],
  ['{ a: integer 3..1 }', 14, 'the range ends before it begins'],
  ['{ a: integer 1.5..3 }', 14, '1.5 is no whole number'],
  ['{ a: string -1.. }', 13, 'a length is not below 0'],
  [`{ a: number ..${'9'.repeat(400)} }`, 13, 'is no number'],
  ['{ a= }', 6, 'expected a value'],
  ['{ a: integer = x }', 16, 'the default does not fit the type'],
  ['{ a: integer = 1.5 }', 16, 'the default does not fit the type'],
  ["{ a: integer = '1' }", 16, 'the default does not fit the type'],
  ['{ a: integer 1..9 = 10 }', 21, 'the default does not fit the type'],
  ['{ a: string 3.. = ab }', 19, 'the default does not fit the type'],
  ['{ a: date = 2026-02-29 }', 13, 'the default does not fit the type'],
  ['{ a: date = 2026-13-01 }', 13, 'the default does not fit the type'],
  ['{ a: date = 1 }', 13, 'the default does not fit the type'],
  ['{ a: x|y = z }', 12, 'the default does not fit the type'],
  ['{ a: string[] = x }', 17, 'a list has no default'],
  ['{ a (b }', 5, "expected ',' or '}', but there is \"(\""],
  ['a\u0000', 2, 'a control character'],
  ['x'.repeat(2_001), 2_001, 'longer than 2000 characters'],
  [`{ ${Array.from({ length: 51 }, (_, index) => `p${index}`).join(',')} }`, 193, 'more than 50 parameters'],
  [`{ a: ${Array.from({ length: 101 }, (_, index) => index).join('|')} }`, 6, 'more than 100 words']
])('a text that is none: %j', (text, position, fault) => {
  expect(faultOf(text)).toContain(`The text of a route is wrong at ${position}: `)
  expect(faultOf(text)).toContain(fault)
})

test('what is printed is read back, with whatever blanks between', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.constantFrom('', ' ', '\n', '\t '), { minLength: 1 }), (text, blanks) => {
      expect(routeText(printText(text, blanks))).toEqual(text)
    }),
    { numRuns: 500 }
  )
})

/** The message of what reading a text throws; of nothing, ''. */
function faultOf(text: string): string {
  try {
    const { summary, parameters } = routeText(text)
    return summary !== '' || parameters ? '' : 'says nothing'
  } catch (error) {
    return error instanceof TypeError ? error.message : `not a TypeError: ${String(error)}`
  }
}

test('any text is read or refused with a position, and nothing else happens', () => {
  const signs = Array.from('{}()[]|?:=,.\'" \n-1a')
  const pieces = fc.constantFrom(...signs, 'string', 'integer', '..', 'date', '2026-01-01', '名')
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces).map(parts => `{${parts.join('')}`)
  )
  fc.assert(
    fc.property(text, input => {
      expect(faultOf(input)).toMatch(/^$|^The text of a route is wrong at [1-9]\d*: /)
    }),
    { numRuns: 2_000 }
  )
})
