import { expect, test } from 'vitest'
import { faultSource } from '../../../src/plugins/wechat-simulator/script.ts'

test('a step strikes the first call or push that it fits, as often as it says', () => {
  const source = faultSource([
    { on: 'qrcode', do: 'errcode', code: 45009, times: 2 },
    { on: 'push', do: 'lose' },
    { on: 'api', do: 'late', ms: 5 },
    { do: 'garbage' }
  ])
  expect(source.api?.('token')).toMatchObject([{ do: 'late' }])
  expect(source.api?.('qrcode')).toMatchObject([{ do: 'errcode' }])
  expect(source.api?.('qrcode')).toMatchObject([{ do: 'errcode' }])
  expect(source.api?.('qrcode')).toMatchObject([{ do: 'garbage' }])
  expect(source.api?.('qrcode')).toEqual([])
  expect(source.push?.()).toMatchObject([{ do: 'lose' }])
  expect(source.push?.()).toEqual([])
})

test('a source of faults is taken as it is', () => {
  const source = { push: () => [{ do: 'lose' } as const] }
  expect(faultSource(source)).toBe(source)
})
