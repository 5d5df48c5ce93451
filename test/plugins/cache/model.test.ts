import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Model, times, type Ending, type Kind, type ModelJob } from './model.ts'
import { failure, makeRig, Source, watch, type Seen } from './rig.ts'

// Whatever readers, sources, clears and time do, in whatever order: the cache does what the model says, and nothing else.

type Step =
  | { readonly do: 'read' }
  | { readonly do: 'succeed' }
  | { readonly do: 'clear' }
  | { readonly do: 'fail'; readonly kind: Kind }
  | { readonly do: 'wait'; readonly steps: number }

const stepMs = 500
const statuses: Readonly<Record<Kind, number>> = { transient: 503, gone: 404, refused: 400 }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ do: 'read' } as const) },
  { weight: 3, arbitrary: fc.constant({ do: 'succeed' } as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'clear' } as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      kind: fc.constantFrom<Kind>('transient', 'transient', 'gone', 'refused')
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('wait' as const), steps: fc.integer({ min: 1, max: 12 }) })
  }
)

interface Reader {
  readonly actual: { readonly seen: Seen | undefined }
  readonly job?: ModelJob
  readonly old?: number | undefined
  expected: { readonly value: number } | { readonly status: number } | undefined
}

function shown(seen: Seen | undefined): object | undefined {
  if (!seen || !('error' in seen)) return seen
  const { statusCode } = seen.error as { readonly statusCode: number }
  return { status: statusCode === 504 ? 503 : statusCode }
}

function told(ending: Ending, { old }: Reader): NonNullable<Reader['expected']> {
  if ('value' in ending) return { value: ending.value }
  const value = ending.mayServe ? (old ?? ending.stored) : undefined
  return value === undefined ? { status: statuses[ending.failed] } : { value }
}

/** @throws an assertion's error when the cache does what the model does not */
async function play(lazy: boolean, steps: readonly Step[]): Promise<void> {
  const { cache, clock } = makeRig()
  const source = new Source()
  const policy = {
    ttl: times.ttl,
    grace: times.grace,
    timeout: times.timeout,
    retryAfter: times.retryAfter,
    lazy
  }
  const handle = cache.define('a', policy, source.run)
  const model = new Model(lazy)
  const readers: Reader[] = []
  const settle = (ending: Ending | undefined): void => {
    if (!ending) return
    for (const reader of readers)
      if (reader.job === ending.job && !reader.expected) reader.expected = told(ending, reader)
  }
  const perform = async (action: Step, value: number): Promise<void> => {
    if (action.do === 'read') {
      const answer = model.read()
      readers.push({
        actual: watch(handle('key')),
        ...('job' in answer ? answer : {}),
        expected: 'value' in answer ? answer : undefined
      })
    } else if (action.do === 'succeed') {
      settle(model.succeed(value))
      source.succeed(value)
    } else if (action.do === 'fail') {
      settle(model.fail(action.kind))
      source.fail(failure(statuses[action.kind]))
    } else if (action.do === 'clear') {
      model.clear()
      await handle.clear()
    } else
      for (let at = 0; at < action.steps; at++) {
        for (const ending of model.tick(stepMs)) settle(ending)
        await clock.advance(stepMs)
      }
    await clock.advance(0)
  }
  for (const [at, action] of steps.entries()) {
    await perform(action, at)
    expect(readers.map(({ actual }) => shown(actual.seen))).toEqual(readers.map(({ expected }) => expected))
    expect(handle.explain('key')).toMatchObject({ state: model.state, inFlight: model.inFlight })
    expect({ calls: source.calls, open: source.open }).toEqual({ calls: model.jobs, open: model.open.length })
  }
}

test.each([
  ['normal', false],
  ['lazy', true]
])('a %s policy does what the model does, whatever happens in whatever order', async (_name, lazy) => {
  const steps = fc.array(step, { minLength: 5, maxLength: 40 })
  const numRuns = Number(process.env['CACHE_MODEL_RUNS'] ?? 50)
  const property = fc.asyncProperty(steps, each => play(lazy, each))
  await expect(fc.assert(property, { numRuns })).resolves.toBeUndefined()
})
