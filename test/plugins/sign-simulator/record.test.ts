import { expect, test } from 'vitest'
import { FrameRecord } from '../../../src/plugins/sign-simulator/record.ts'

test('keeps frames with their order and connection, and forgets the oldest', () => {
  const record = new FrameRecord(2)
  record.add(1, 'a', undefined)
  record.add(2, undefined, undefined)
  record.add(1, 'c', { id: 1, method: 'm', args: {} })
  expect(record.count).toBe(3)
  expect(record.frames).toEqual([
    { order: 2, connection: 2, text: undefined, request: undefined },
    { order: 3, connection: 1, text: 'c', request: { id: 1, method: 'm', args: {} } }
  ])
})

test('lets tests wait for a frame that is still to come', async () => {
  const record = new FrameRecord(10)
  const second = record.received(2)
  const third = record.received(3)
  for (const text of ['a', 'b', 'c']) record.add(1, text, undefined)
  expect((await second).text).toBe('b')
  expect((await third).text).toBe('c')
})

test('answers at once for a frame that has come', async () => {
  const record = new FrameRecord(2)
  for (const text of ['a', 'b', 'c']) record.add(1, text, undefined)
  expect((await record.received(3)).text).toBe('c')
  expect((await record.received(2)).text).toBe('b')
  expect((await record.received(1)).order).toBe(2)
})
