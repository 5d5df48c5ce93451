import { expect, test } from 'vitest'
import { randomPool } from '../../../../src/plugins/im-ws-gateway/embedded/chat/random-pool.ts'

test('no random byte is given twice, and many are drawn at a time', () => {
  let drawn = 0
  let next = 0
  const draw = randomPool(size => {
    drawn++
    return Uint16Array.from({ length: size }, () => next++ % 251) as unknown as Uint8Array
  })
  const given: number[] = []
  for (let time = 0; time < 500; time++) given.push(...draw(16))
  expect(given).toHaveLength(8_000)
  expect(given.slice(0, 4_096)).toEqual(Array.from({ length: 4_096 }, (_, index) => index % 251))
  expect(drawn).toBe(2)
  expect(draw(10_000)).toHaveLength(10_000)
})
