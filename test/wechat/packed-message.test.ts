import { expect, test } from 'vitest'
import { packMessage, unpackMessage } from '../../src/wechat/packed-message.ts'

test.each([0, 1, 10, 11, 12, 13, 31, 32, 33, 1000])(
  'a message of %i bytes is put together and taken apart',
  size => {
    const packed = packMessage(Buffer.alloc(16, 1), Buffer.alloc(size, 2), 'r')
    expect(packed.length % 32).toBe(0)
    expect(unpackMessage(packed)).toEqual({ content: Buffer.alloc(size, 2), receiver: Buffer.from('r') })
  }
)

test('a message that fills its blocks is padded by a whole one', () => {
  expect(packMessage(Buffer.alloc(16), Buffer.alloc(11), 'r').subarray(32)).toEqual(Buffer.alloc(32, 32))
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a padding of 0', Buffer.alloc(32, 0)],
  ['a padding of 33', Buffer.alloc(64, 33)],
  ['a padding longer than all', Buffer.alloc(16, 32)],
  ['half a block of 32', Buffer.concat([Buffer.alloc(47, 1), Buffer.from([1])])],
  ['an uneven padding', Buffer.concat([Buffer.alloc(30, 1), Buffer.from([1, 2])])],
  ['less than its head', Buffer.concat([Buffer.alloc(19, 0), Buffer.alloc(13, 13)])],
  [
    'a length beyond its end',
    Buffer.concat([Buffer.alloc(16), Buffer.from([0, 0, 0, 2, 65]), Buffer.alloc(11, 11)])
  ],
  ['a length of 2³² − 1', Buffer.concat([Buffer.alloc(16), Buffer.alloc(5, 255), Buffer.alloc(11, 11)])]
])('a message with %s is refused', (_kind, padded) => {
  expect(() => unpackMessage(padded)).toThrow('cannot be opened')
})
