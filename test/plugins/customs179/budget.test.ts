import { describe, expect, test } from 'vitest'
import { metaOf } from '../../../src/core/plugin.ts'
import { ApiError, defineErrors } from '../../../src/plugins/api-error/service.ts'
import { millisecondsLeft } from '../../../src/plugins/customs179/budget.ts'
import customs179 from '../../../src/plugins/customs179/index.ts'
import type { Signature, SignRequest } from '../../../src/plugins/sign-bridge/service.ts'
import { bodyOf, failureOf, makeRig, startsAt } from './samples.ts'

const signed: Signature = { sign: 'AAAA', certNo: '01', device: 'device-1' }
const config = { budgetMs: 110_000, signingMs: 3_000, aheadMs: 5_000 }

test.each<[number, number | string]>([
  [0, 110_000],
  [1, 109_999],
  [107_000, 3_000],
  [107_001, 'customs179.expired'],
  [120_000, 'customs179.expired'],
  [86_400_000, 'customs179.expired'],
  [-1, 110_000],
  [-5_000, 110_000],
  [-5_001, 'customs179.not_yet'],
  [-86_400_000, 'customs179.not_yet']
])('of a serviceTime %i ms old: %s', (ageMs, expected) => {
  const left = (): number => millisecondsLeft(String(startsAt - ageMs), startsAt, config)
  expect(failureOf(left) ?? left()).toBe(expected)
})

test('what is too old, or of the future, is refused before a card is touched, in the caller’s language', async () => {
  await using rig = await makeRig()
  const at = (ms: number): string => bodyOf({ serviceTime: `"${startsAt + ms}"` })
  const chinese = { 'accept-language': 'zh-CN' }
  expect(await rig.sign(at(-107_001), chinese)).toMatchObject({
    status: 400,
    body: {
      code: 'customs179.expired',
      title: 'serviceTime 已过两分钟时限，未提交签名',
      detail: 'serviceTime is 107001 ms old, and at most 107000 ms can be'
    }
  })
  expect(await rig.sign(at(5_001))).toMatchObject({
    status: 400,
    body: {
      code: 'customs179.not_yet',
      title: 'serviceTime is in the future; nothing was signed',
      detail: 'serviceTime is 5001 ms ahead'
    }
  })
  expect(rig.requests).toEqual([])
  expect((await rig.sign(at(-107_000))).status).toBe(200)
})

test('the wall clock decides: after it was set, the same serviceTime is another age', async () => {
  await using rig = await makeRig()
  rig.clock.jump(200_000)
  expect((await rig.sign(bodyOf())).body).toMatchObject({ code: 'customs179.expired' })
  rig.clock.jump(-300_000)
  expect((await rig.sign(bodyOf())).body).toMatchObject({ code: 'customs179.not_yet' })
})

describe('a signature that takes too long', () => {
  const Withdrawn = defineErrors({
    withdrawn: { http: 499, flask: 1, title: { 'zh-CN': '撤回', en: 'Withdrawn' } }
  })
  /** A bridge whose queue does not move: a request ends when it is withdrawn. */
  const queueing = ({ signal }: SignRequest): Promise<Signature> =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new ApiError(Withdrawn.withdrawn)))
    })

  test('is withdrawn from the queue when the budget is over, counted from serviceTime', async () => {
    await using rig = await makeRig({ sign: queueing })
    const answer = rig.sign(bodyOf({ serviceTime: `"${startsAt - 50_000}"` }))
    await rig.reached(1)
    expect(rig.requests[0]?.deadlineMs).toBe(57_000)
    await rig.clock.advance(59_999)
    expect(rig.requests[0]?.signal?.aborted).toBe(false)
    await rig.clock.advance(1)
    expect(rig.requests[0]?.signal?.aborted).toBe(true)
    expect(await answer).toMatchObject({ status: 504, body: { code: 'customs179.late' } })
  })

  test('is not waited for when a card is at it, and what the card does later disturbs nobody', async () => {
    const ends: (() => void)[] = []
    const signing = (outcome: 'signs' | 'fails') => (): Promise<Signature> =>
      new Promise((resolve, reject) => {
        ends.push(() => (outcome === 'signs' ? resolve(signed) : reject(new Error('lost'))))
      })
    for (const outcome of ['signs', 'fails'] as const) {
      await using rig = await makeRig({ sign: signing(outcome) })
      const answer = rig.sign(bodyOf())
      await rig.reached(1)
      await rig.clock.advance(110_000)
      expect(await answer).toMatchObject({ status: 504, body: { code: 'customs179.late' } })
      ends.pop()?.()
      await rig.clock.advance(0)
      expect((await rig.sign(bodyOf({ serviceTime: '"1"' }))).status).toBe(400)
    }
  })

  test('one that is just in time is returned', async () => {
    let finish: (() => void) | undefined
    const sign = (): Promise<Signature> =>
      new Promise(resolve => {
        finish = () => resolve(signed)
      })
    await using rig = await makeRig({ sign })
    const answer = rig.sign(bodyOf())
    await rig.reached(1)
    await rig.clock.advance(109_999)
    finish?.()
    expect((await answer).status).toBe(200)
  })
})

test('a caller that hangs up withdraws its request', async () => {
  let withdrawn: (() => void) | undefined
  const done = new Promise<void>(resolve => {
    withdrawn = resolve
  })
  let asked: (() => void) | undefined
  const arrived = new Promise<void>(resolve => {
    asked = resolve
  })
  await using rig = await makeRig({
    sign: ({ signal }) =>
      new Promise((_, reject) => {
        asked?.()
        signal?.addEventListener('abort', () => {
          reject(new Error('withdrawn'))
          withdrawn?.()
        })
      })
  })
  const url = await rig.gateway.listen({ port: 0, host: '127.0.0.1' })
  const hangUp = new AbortController()
  const answer = fetch(`${url}/v1/customs179/sign`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: bodyOf(),
    signal: hangUp.signal
  })
  await arrived
  hangUp.abort()
  await expect(answer).rejects.toThrow('aborted')
  await done
})

test('what the bridge refuses is told as it is', async () => {
  const Full = defineErrors({
    'test.full': { http: 503, flask: 2, transient: true, title: { 'zh-CN': '满', en: 'Full' } }
  })
  const error = new ApiError(Full['test.full'], { retryAfter: 7 })
  await using rig = await makeRig({ sign: () => Promise.reject(error) })
  expect(await rig.sign(bodyOf())).toMatchObject({ status: 503, body: { code: 'test.full', retryAfter: 7 } })
})

test('settings that leave no time are refused', () => {
  const check = metaOf(customs179)?.check
  const context = { production: true }
  expect(check?.({ ...config, budgetMs: 5_000, signingMs: 4_999 }, context)).toEqual([])
  expect(check?.({ ...config, budgetMs: 5_000, signingMs: 5_000 }, context)).toMatchObject([
    { path: ['signingMs'] }
  ])
})
