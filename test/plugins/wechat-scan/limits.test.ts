import { expect, test } from 'vitest'
import { Limits } from '../../../src/plugins/wechat-scan/limits.ts'
import { loginNode } from './login-rig.ts'

const tooMany = { entry: { key: 'scan.too_many' } }

test('an address gets so many QR codes in a minute, and is told when the next one comes', async () => {
  const { limits, clock } = loginNode({ perMinute: 2 })
  await clock.advance(15_000)
  await limits.take('192.0.2.1', undefined)
  await limits.take('192.0.2.1', undefined)
  await expect(limits.take('192.0.2.1', undefined)).rejects.toMatchObject({
    entry: { key: 'scan.too_many' },
    context: { retryAfter: 45 }
  })
  await limits.take('192.0.2.2', undefined)
  await clock.advance(45_000)
  await limits.take('192.0.2.1', undefined)
})

test('a browser is counted whatever address it comes from', async () => {
  const { limits } = loginNode({ perMinute: 2 })
  await limits.take('192.0.2.1', 'b')
  await limits.take('192.0.2.2', 'b')
  await expect(limits.take('192.0.2.3', 'b')).rejects.toMatchObject(tooMany)
})

test('addresses of one line of IPv6 are one', async () => {
  const { limits } = loginNode({ perMinute: 2 })
  await limits.take('2001:db8:0:1::1', undefined)
  await limits.take('2001:0db8::1:a:b:c:d', undefined)
  await expect(limits.take('2001:db8:0:1:ffff::', undefined)).rejects.toMatchObject(tooMany)
  await limits.take('2001:db8:0:2::1', undefined)
})

test('an IPv4 address in the clothes of IPv6 is counted by itself', async () => {
  const { limits } = loginNode({ perMinute: 1 })
  await limits.take('::ffff:192.0.2.1', undefined)
  await expect(limits.take('::ffff:192.0.2.2', undefined)).resolves.toBeUndefined()
})

test('an address may have another number than a browser', async () => {
  const { limits } = loginNode({ perMinute: 1 })
  for (let count = 0; count < 3; count++) {
    // eslint-disable-next-line no-await-in-loop
    await limits.take('192.0.2.1', undefined, 3)
  }
  await expect(limits.take('192.0.2.1', undefined, 3)).rejects.toMatchObject(tooMany)
})

test('two nodes with one state count together, and no address is kept in clear', async () => {
  const one = loginNode({ perMinute: 2 })
  const { state, clock, log, counters } = one
  const other = new Limits({ state, clock, log, counters, perMinute: 2 })
  await one.limits.take('192.0.2.1', undefined)
  await other.take('192.0.2.1', undefined)
  await expect(other.take('192.0.2.1', undefined)).rejects.toMatchObject(tooMany)
  const keys = [...(await state.scan('wechat-scan:')).keys()]
  expect(keys.filter(key => key.includes('192.0.2.1'))).toEqual([])
})
