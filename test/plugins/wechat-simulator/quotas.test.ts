import { expect, test } from 'vitest'
import { Quotas, sandboxLimits, serviceAccountLimits } from '../../../src/plugins/wechat-simulator/quotas.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const limits = { qrcode: { day: 3 }, stable_token: { day: 100, minute: 2 } }

test('beyond the day’s quota there is 45009, until midnight in China', async () => {
  // One minute before.
  const clock = fakeClock(Date.UTC(2026, 0, 1, 15, 59))
  const quotas = new Quotas(clock, limits)
  for (let count = 0; count < 3; count++) quotas.spend('qrcode')
  await clock.advance(59_999)
  expect(() => quotas.spend('qrcode')).toThrow(expect.objectContaining({ errcode: 45009 }))
  expect([quotas.spent('qrcode'), quotas.left('qrcode')]).toEqual([3, 0])
  await clock.advance(1)
  quotas.spend('qrcode')
  expect([quotas.spent('qrcode'), quotas.left('qrcode')]).toEqual([1, 2])
})

test('beyond the minute’s quota there is 45011, until the next minute', async () => {
  const clock = fakeClock()
  const quotas = new Quotas(clock, limits)
  quotas.spend('stable_token')
  quotas.spend('stable_token')
  expect(() => quotas.spend('stable_token')).toThrow(expect.objectContaining({ errcode: 45011 }))
  expect(quotas.spent('stable_token')).toBe(2)
  await clock.advance(60_000)
  quotas.spend('stable_token')
  expect(quotas.spent('stable_token')).toBe(3)
})

test('each call has a quota of its own, and one can be used up', () => {
  const quotas = new Quotas(fakeClock(), limits)
  quotas.exhaust('qrcode')
  expect(() => quotas.spend('qrcode')).toThrow('reach max api daily quota limit')
  quotas.spend('token')
  expect(quotas.left('token')).toBe(1_999)
})

test('the quotas are those of WeChat', () => {
  expect(serviceAccountLimits).toEqual({
    token: { day: 2_000 },
    stable_token: { day: 500_000, minute: 10_000 },
    force_refresh: { day: 20 },
    qrcode: { day: 100_000 },
    user: { day: 5_000_000 }
  })
  expect(sandboxLimits).toMatchObject({ token: { day: 200 }, qrcode: { day: 10_000 } })
})
