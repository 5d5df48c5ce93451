import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import { signBatch, type BatchRequest, type ItemOutcome } from '../../../src/plugins/sign-bridge/batch.ts'
import { Errors } from '../../../src/plugins/sign-bridge/errors.ts'
import type { Signature, SignRequest } from '../../../src/plugins/sign-bridge/service.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { pin } from './rig.ts'

const batch: BatchRequest = { pin, deadlineMs: 10_000 }
const signature = ({ data }: SignRequest): Signature => ({ sign: data, certNo: '01', device: 'device-1' })
const fail = (key: keyof typeof Errors): never => {
  throw new ApiError(Errors[key])
}
const words = (outcomes: readonly ItemOutcome[]): string[] =>
  outcomes.map(one => ('error' in one ? (one.error as ApiError).entry.key : one.sign))

/** Runs a batch whose items end by `end`, a millisecond after they began. */
async function run(
  texts: readonly string[],
  end: (request: SignRequest) => Signature,
  { width = 4, ...rest }: Partial<BatchRequest> & { width?: number } = {}
) {
  const clock = fakeClock()
  const requests: SignRequest[] = []
  let [open, widest] = [0, 0]
  const sign = async (request: SignRequest): Promise<Signature> => {
    requests.push(request)
    widest = Math.max(widest, ++open)
    await new Promise<void>(resolve => void clock.after(1, resolve))
    open--
    return end(request)
  }
  const done = signBatch(texts, { ...batch, ...rest }, { clock, sign, width })
  await clock.advance(1_000)
  return { outcomes: words(await done), requests, widest }
}

test('each item ends as its own, in order; a failure of one concerns no other', async () => {
  const { outcomes } = await run(['a', 'b', 'c'], request =>
    request.data === 'b' ? fail('sign.timeout') : signature(request)
  )
  expect(outcomes).toEqual(['a', 'sign.timeout', 'c'])
})

test('items go one by one until a card has taken the PIN, then side by side', async () => {
  const texts = ['busy', 'busy', 'first', 'x', 'x', 'x', 'x']
  const seen: number[] = []
  let open = 0
  const clock = fakeClock()
  const sign = async (request: SignRequest): Promise<Signature> => {
    seen.push(++open)
    await new Promise<void>(resolve => void clock.after(1, resolve))
    open--
    return request.data === 'busy' ? fail('sign.deadline_in_queue') : signature(request)
  }
  const done = signBatch(texts, batch, { clock, sign, width: 2 })
  await clock.advance(100)
  expect(words(await done).slice(2)).toEqual(texts.slice(2))
  expect(seen).toEqual([1, 1, 1, 1, 2, 2, 2])
})

describe('20: one wrong PIN is one attempt', () => {
  test.each(['sign.pin_refused', 'sign.pin_blocked'] as const)('%s ends the batch', async key => {
    const { outcomes, requests } = await run(['a', 'b', 'c'], () => fail(key))
    expect(outcomes).toEqual([key, 'sign.batch_stopped', 'sign.batch_stopped'])
    expect(requests).toHaveLength(1)
  })

  test('a refusal later on withdraws what waits, and lets what was sent end as it ends', async () => {
    const clock = fakeClock()
    const requests: SignRequest[] = []
    const sign = (request: SignRequest): Promise<Signature> => {
      requests.push(request)
      return new Promise((resolve, reject) => {
        if (request.data === 'waits')
          request.signal?.addEventListener('abort', () => reject(new ApiError(Errors['sign.cancelled'])))
        else
          clock.after(request.data === 'sent' ? 5 : 1, () => {
            if (request.data === 'refused') reject(new ApiError(Errors['sign.pin_refused']))
            else resolve(signature(request))
          })
      })
    }
    const done = signBatch(['first', 'sent', 'refused', 'waits', 'never'], batch, { clock, sign, width: 3 })
    await clock.advance(10)
    expect(words(await done)).toEqual([
      'first',
      'sent',
      'sign.pin_refused',
      'sign.batch_stopped',
      'sign.batch_stopped'
    ])
    expect(requests.map(({ data }) => data)).toEqual(['first', 'sent', 'refused', 'waits'])
  })
})

test('the deadline is that of all items together: what is left of it goes down, and then nothing is asked for', async () => {
  const { outcomes, requests } = await run(['a', 'b', 'c'], signature, { width: 1, deadlineMs: 2 })
  expect(requests.map(({ deadlineMs }) => deadlineMs)).toEqual([2, 1])
  expect(outcomes).toEqual(['a', 'b', 'sign.deadline_in_queue'])
})

test('a caller that has gone ends it, and that is not called a refused PIN', async () => {
  const gone = new AbortController()
  const { outcomes } = await run(
    ['a', 'b'],
    request => {
      gone.abort()
      return request.signal?.aborted ? fail('sign.cancelled') : signature(request)
    },
    { signal: gone.signal }
  )
  expect(outcomes).toEqual(['sign.cancelled', 'sign.cancelled'])
})

test('items have keys of their own under the key of the batch, which no header can hold', async () => {
  const { requests } = await run(['a', 'a'], signature, { idempotencyKey: 'order-7' })
  expect(requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['order-7\n0', 'order-7\n1'])
})

test('whatever the items do: as many outcomes as texts, never wider than allowed, and each asked for at most once', async () => {
  const keys = ['sign.timeout', 'sign.queue_full', 'sign.pin_refused', undefined] as const
  const ends = fc.array(fc.constantFrom(...keys), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(ends, fc.integer({ min: 1, max: 5 }), async (plan, width) => {
      const texts = plan.map((_, index) => String(index))
      const end = (request: SignRequest): Signature => {
        const key = plan[Number(request.data)]
        return key ? fail(key) : signature(request)
      }
      const { outcomes, requests, widest } = await run(texts, end, { width })
      expect(outcomes).toHaveLength(texts.length)
      expect(widest).toBeLessThanOrEqual(width)
      expect(new Set(requests.map(({ data }) => data)).size).toBe(requests.length)
      const firstTaken = plan.findIndex(key => key === undefined)
      const refusals = outcomes.filter(one => one === 'sign.pin_refused').length
      const isFirst = firstTaken < 0 || plan.indexOf('sign.pin_refused') < firstTaken
      expect(refusals).toBeLessThanOrEqual(isFirst ? 1 : width)
    }),
    { numRuns: 40 }
  )
})
