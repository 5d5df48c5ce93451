import { describe, expect, test } from 'vitest'
import { corpora, seedsOf } from './corpus.ts'
import { fuzz, ready, type Ready } from './fuzz.ts'
import { attempt, Finding, holds, judgements, type Check } from './target.ts'
import { targets } from './targets/index.ts'

/** Another finds other things. */
const seed = Number(process.env['FUZZ_SEED'] ?? 1)
/** Runs of a usual target. `npm run fuzz` makes millions. */
const runs = 300
/** Parsers that take any text there is. */
const takeAnything = new Set(['accept', 'http-body', 'http-redirect'])

describe.each(targets.filter(({ name }) => !takeAnything.has(name)))('$name', target => {
  test('gets further with what is kept than with nothing', async () => {
    const { check, seeds } = await ready(target)
    const depthOf = async (input: Buffer): Promise<number> => {
      const before = judgements()
      await check(input)
      return judgements() - before
    }
    const depths = []
    for (const input of seeds) depths.push(await depthOf(input))
    expect(Math.max(...depths)).toBeGreaterThan(await depthOf(Buffer.from([0xff])))
  })
})

describe.each(targets)('$name', target => {
  let one: Ready | undefined
  const prepared = async (): Promise<Ready> => (one ??= await ready(target))

  test('holds for all that is kept', async () => {
    const { check } = await prepared()
    const failed: [file: string, error: unknown][] = []
    for (const { file, input } of seedsOf(target.name))
      await check(input).catch((error: unknown) => failed.push([file, error]))
    expect(failed).toEqual([])
  })

  test('holds for what is made of it', async () => {
    const found = await fuzz(await prepared(), { seed, runs: Math.ceil(runs / (target.cost ?? 1)) })
    expect(found && { ...found, input: found.input.toString('latin1'), seed }).toBeUndefined()
  })
})

test('every corpus has a target', () => {
  expect(corpora()).toEqual(targets.map(({ name }) => name).toSorted())
})

describe('the fuzzer itself', () => {
  const planted = async (check: Check, ...seeds: string[]) => {
    const target = { name: 'planted', prepare: () => check }
    const inputs = seeds.map(text => Buffer.from(text))
    return fuzz({ target, seeds: inputs, check: async input => check(input) }, { seed: 1, runs: 2_000 })
  }

  test('finds what a word of a structure does, and makes it small', async () => {
    const found = await planted(
      input => holds(!input.includes('__proto__'), 'a prototype'),
      '{"a":{"b":[1,2,{"c":"some text"}]},"d":true}'
    )
    expect(found?.input.toString()).toBe('__proto__')
    expect(found?.error).toEqual(new Finding('a prototype'))
  })

  test('finds nothing where all holds', async () => {
    expect(await planted(() => undefined, 'text', '{}')).toBeUndefined()
  })

  test('makes the same inputs of the same seed', async () => {
    const tried = async () => {
      const inputs: string[] = []
      await planted(input => void inputs.push(input.toString('latin1')), '{"a":1}', 'text')
      return inputs
    }
    expect(await tried()).toEqual(await tried())
  })

  test('takes a mistake of a program for no error that a parser documents', () => {
    const call = () => (undefined as unknown as string).length
    expect(() => attempt(call, TypeError)).toThrow(Finding)
    expect(attempt(() => JSON.parse('{'), SyntaxError)).toHaveProperty('refused')
  })
})
