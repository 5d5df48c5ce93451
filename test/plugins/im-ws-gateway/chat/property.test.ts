import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { names, startWorld, type Step } from './world.ts'

const often = (what: Step['do'], times: number): Step['do'][] => Array.from({ length: times }, () => what)

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom<Step['do'][]>(
    ...often('say', 12),
    ...often('read', 4),
    ...often('leave', 2),
    ...often('return', 2),
    'readOne',
    'readOne',
    'revoke',
    'revoke',
    'delete',
    'delete',
    'clear',
    'drop',
    'hide'
  ),
  user: fc.constantFrom(...names),
  other: fc.constantFrom(...names.slice(0, 3), ...Array.from({ length: 3 }, () => 'group' as const)),
  count: fc.integer({ min: 1, max: 3 }),
  index: fc.nat({ max: 5 })
})

test('whatever five users do, and whenever they are away, all see the same as a simple model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async steps => {
      const world = await startWorld()
      try {
        for (const one of steps) await world.do(one)
        const { found, wanted } = await world.report()
        expect(found).toEqual(wanted)
      } finally {
        await world.rig.close()
      }
    }),
    { numRuns: 20 }
  )
}, 120_000)
