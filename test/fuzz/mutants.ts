import * as fc from 'fast-check'
import { jsonIn, joined, partsOf } from './target.ts'

/** Places are fractions of a whole, in 65,536ths: they mean something for inputs of any length. */
const whole = 65_536

type Edit =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'put'; readonly at: number; readonly over: number; readonly bytes: Buffer }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'copy'; readonly from: number; readonly length: number; readonly at: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: 'cross'; readonly seed: number; readonly at: number; readonly from: number }
  | { readonly kind: 'json'; readonly part: number; readonly node: number; readonly change: JsonChange }

type JsonChange =
  | { readonly do: 'replace'; readonly value: unknown }
  | { readonly do: 'remove' }
  | { readonly do: 'rename'; readonly name: string }
  | { readonly do: 'wrap'; readonly depth: number }

/** What parsers get wrong: ends of texts, numbers beyond doubles, halves of characters, names of prototypes. */
const general: readonly (string | Buffer)[] = [
  ...'\0 \t \r\n \n \u0085 \u2028 \ufeff " \' \\ / ; , = & ? # % : . .. - + * | < > [ ] { } ( ) @ ~'.split(
    ' '
  ),
  ' ',
  '%00',
  '%',
  '%e4%b8',
  '\\ud800',
  '\\u0000',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'null',
  'true',
  'NaN',
  'Infinity',
  '1e999',
  '-0',
  '9007199254740993',
  '18446744073709551616',
  '4294967296',
  '0x10',
  '\n%%\n',
  '牌坊',
  '😀',
  'é',
  Buffer.from([0xff]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0, 0, 0, 0]),
  Buffer.from([0xff, 0xff, 0xff, 0xff])
]

const oddValues: readonly unknown[] = [
  null,
  true,
  '',
  '\0',
  '\ud800',
  '9007199254740993',
  0,
  -1,
  0.1,
  1e21,
  2 ** 53,
  [],
  {},
  [[]],
  [null]
]

const place = fc.nat(whole - 1)

/**
 * Inputs made of seeds by edits of bytes, of words and, where a part is JSON, of its values. Whatever fails shrinks to few
 * edits of a seed.
 * @param maxBytes of the largest input
 */
export function mutants(
  seeds: readonly Buffer[],
  words: readonly string[],
  maxBytes: number
): fc.Arbitrary<Buffer> {
  const word = fc.constantFrom(...words, ...general).map(text => Buffer.from(text))
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 8 }).map(array => Buffer.from(array))
  const change: fc.Arbitrary<JsonChange> = fc.oneof(
    fc.record({
      do: fc.constant('replace' as const),
      value: fc.oneof(fc.constantFrom(...oddValues), fc.jsonValue({ maxDepth: 2 }))
    }),
    fc.record({ do: fc.constant('remove' as const) }),
    fc.record({
      do: fc.constant('rename' as const),
      name: fc.oneof(
        fc.constantFrom('__proto__', 'constructor', 'toString', ''),
        fc.string({ maxLength: 12 })
      )
    }),
    fc.record({ do: fc.constant('wrap' as const), depth: fc.constantFrom(1, 8, 110, 4_000) })
  )
  const short = fc.integer({ min: 1, max: 24 })
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        at: place,
        over: fc.oneof(fc.constant(0), fc.nat(8)),
        bytes: fc.oneof({ weight: 4, arbitrary: word }, bytes)
      })
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: place, length: short }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('copy' as const), from: place, length: short, at: place })
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('repeat' as const),
        at: place,
        length: short,
        times: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 2, max: 64 }) }, fc.constant(100_000))
      })
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('cross' as const), seed: fc.nat(), at: place, from: place })
    },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('json' as const), part: fc.nat(8), node: fc.nat(), change })
    }
  )
  return fc
    .tuple(fc.nat(seeds.length - 1), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([index, edits]) => {
      let input = seeds[index] ?? Buffer.alloc(0)
      for (const each of edits) input = edited(input, each, seeds).subarray(0, maxBytes)
      return input
    })
}

function edited(input: Buffer, edit: Edit, seeds: readonly Buffer[]): Buffer {
  const placeIn = (at: number, { length } = input): number => Math.floor((at / whole) * (length + 1))
  switch (edit.kind) {
    case 'flip': {
      const copy = Buffer.from(input)
      const at = Math.min(placeIn(edit.at), copy.length - 1)
      if (at >= 0) copy.writeUInt8(copy.readUInt8(at) ^ (1 << edit.bit), at)
      return copy
    }
    case 'put':
      return replaced(input, placeIn(edit.at), edit.over, edit.bytes)
    case 'cut':
      return replaced(input, placeIn(edit.at), edit.length, Buffer.alloc(0))
    case 'copy': {
      const from = placeIn(edit.from)
      return replaced(input, placeIn(edit.at), 0, input.subarray(from, from + edit.length))
    }
    case 'repeat': {
      const at = placeIn(edit.at)
      const piece = input.subarray(at, at + edit.length)
      const times = Math.min(edit.times, Math.ceil(100_000 / Math.max(1, piece.length)))
      return replaced(input, at, 0, Buffer.alloc(piece.length * times, piece))
    }
    case 'cross': {
      const other = seeds[edit.seed % seeds.length] ?? input
      return Buffer.concat([input.subarray(0, placeIn(edit.at)), other.subarray(placeIn(edit.from, other))])
    }
    default:
      return withJson(input, edit.part, edit.node, edit.change)
  }
}

function replaced(input: Buffer, at: number, over: number, bytes: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, at), bytes, input.subarray(at + over)])
}

/** Changes one value, at any depth, of a part that is JSON. */
function withJson(input: Buffer, part: number, node: number, change: JsonChange): Buffer {
  const parts = partsOf(input)
  const index = part % parts.length
  const value = jsonIn((parts[index] ?? input).toString())
  if (value === undefined) return input
  try {
    const text = textOf(changed(value, node % countOf(value), change))
    return joined(...parts.with(index, Buffer.from(text)))
  } catch (error) {
    // It is nested as deep already as can be written.
    if (error instanceof RangeError) return input
    throw error
  }
}

/** JSON has no `undefined`. */
function textOf(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value)
}

function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, each) => sum + countOf(each), 1)
}

function changed(value: unknown, node: number, change: JsonChange): unknown {
  if (node === 0) return valueFor(value, change)
  if (typeof value !== 'object' || value === null) return value
  let left = node - 1
  const entries: [string, unknown][] = []
  for (const [name, each] of Object.entries(value) as [string, unknown][]) {
    const count = countOf(each)
    if (left === 0 && change.do === 'rename') entries.push([change.name, each])
    else if (left >= 0 && left < count) {
      const next = changed(each, left, change)
      if (next !== undefined) entries.push([name, next])
    } else entries.push([name, each])
    left -= count
  }
  if (Array.isArray(value)) return entries.map(([, each]) => each)
  const object: Record<string, unknown> = {}
  for (const [name, each] of entries)
    Object.defineProperty(object, name, { value: each, enumerable: true, configurable: true, writable: true })
  return object
}

function valueFor(value: unknown, change: JsonChange): unknown {
  if (change.do === 'remove') return undefined
  if (change.do === 'replace') return change.value
  let wrapped = value
  if (change.do === 'wrap')
    for (let depth = 0; depth < change.depth; depth++) wrapped = depth % 2 ? { a: wrapped } : [wrapped]
  return wrapped
}
