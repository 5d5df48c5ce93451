import { expect, test } from 'vitest'
import { randomPool } from '../../../../src/plugins/im-ws-gateway/embedded/chat/random-pool.ts'

test('no random byte is given twice, and many are drawn at a time', () => {
  let drawn = 0
  let next = 0
  const draw = randomPool(size => {
    drawn++
    return Uint8Array.from({ length: size }, () => next++ % 251)
  })
  const given: number[] = []
  for (let time = 0; time < 500; time++) given.push(...draw(16))
  expect(given).toEqual(Array.from({ length: 8_000 }, (_, index) => index % 251))
  expect(drawn).toBe(2)
  expect(draw(10_000)).toHaveLength(10_000)
})
