import { expect, test } from 'vitest'
import { ApiError } from '../../../src/plugins/api-error/service.ts'
import { readCertificate } from '../../../src/plugins/customs179/certificate.ts'
import { sm2Checks } from '../../../src/plugins/customs179/sm2.ts'
import { createCardKey } from '../../../src/plugins/sign-simulator/card-key.ts'

const card = await createCardKey({ algorithm: 'sm2' })
const key = readCertificate(card.certificate.toString('base64'))?.key
const point = key?.algorithm === 'sm2-sm3' ? key.point : ''
const data = Buffer.from('text')
const signature = Buffer.from(card.sign('text'), 'base64')

test('checks are done one a turn of the event loop: others get theirs in between', async () => {
  const check = sm2Checks()
  await check(data, signature, point)
  const seen: string[] = []
  const checks = [1, 2, 3].map(async number => {
    expect(await check(data, signature, point)).toBe(true)
    seen.push(`check ${number}`)
  })
  let turn = 0
  const count = (): void => {
    seen.push(`turn ${++turn}`)
    if (seen.filter(one => one.startsWith('check')).length < 3) setImmediate(count)
  }
  setImmediate(count)
  await Promise.all(checks)
  const order = seen.filter((one, index) => one.startsWith('check') && !seen[index - 1]?.startsWith('check'))
  expect(order).toEqual(['check 1', 'check 2', 'check 3'])
})

test('more than may wait are refused at once, and told to come back', async () => {
  const check = sm2Checks(2)
  const asked = [1, 2, 3].map(() => check(data, signature, point))
  const [first, second, third] = await Promise.allSettled(asked)
  expect([first, second]).toEqual([
    { status: 'fulfilled', value: true },
    { status: 'fulfilled', value: true }
  ])
  const refused = third?.status === 'rejected' ? (third.reason as unknown) : undefined
  expect(refused).toBeInstanceOf(ApiError)
  expect(refused).toMatchObject({
    entry: { key: 'customs179.busy', transient: true },
    context: { retryAfter: 1 }
  })
  expect(await check(data, signature, point)).toBe(true)
})

test('numbers that no signature and no key has do not match, and do no harm', async () => {
  const check = sm2Checks()
  for (const byte of [0, 0xff]) expect(await check(data, Buffer.alloc(64, byte), point)).toBe(false)
  expect(await check(data, signature, `04${'11'.repeat(64)}`)).toBe(false)
  expect(await check(data, signature, 'no point')).toBe(false)
  expect(await check(data, signature, point)).toBe(true)
})
