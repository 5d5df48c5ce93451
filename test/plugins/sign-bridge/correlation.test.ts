import { expect, test } from 'vitest'
import { Correlation } from '../../../src/plugins/sign-bridge/correlation.ts'
import { parseFrame, type Frame } from '../../../src/plugins/sign-bridge/frame.ts'

const sign = 'cus-sec_SpcSignDataAsPEM'
const certNo = 'cus-sec_SpcGetCertNo'
const frame = (value: object): Frame => parseFrame(JSON.stringify(value))!
const full = (id: unknown, data: string[] = [`of ${String(id)}`], method: string = sign): Frame =>
  frame({ _id: id, _method: method, _status: '00', _args: { Result: true, Data: data } })
const bare = (data: string[], more: object = {}): Frame => frame({ Result: true, Data: data, ...more })

test('the reply is the frame with the id and the method of what is out, as a number or as text', () => {
  const correlation = new Correlation(true)
  correlation.expect(7, sign)
  expect(correlation.judge(full(8))).toBe('foreign')
  expect(correlation.judge(full(7, ['x'], certNo))).toBe('foreign')
  expect(correlation.judge(full([7]))).toBe('foreign')
  expect(correlation.judge(full('7'))).toBe('reply')
  expect(correlation.judge(full(7))).toBe('duplicate')
})

test('a frame that names no method is matched by its id', () => {
  const correlation = new Correlation(true)
  correlation.expect(7, sign)
  expect(correlation.judge(frame({ _id: 7, Result: true }))).toBe('reply')
})

test('an abandoned request is released by its reply, and by nothing else', () => {
  const correlation = new Correlation(true)
  correlation.expect(1, sign, 'a')
  correlation.abandon()
  expect(correlation.judge(bare(['a?']))).toBe('stray')
  expect(correlation.judge(full(2))).toBe('foreign')
  expect(correlation.judge(full(1))).toBe('released')
  expect(correlation.judge(full(1))).toBe('duplicate')
})

test('after a new connection the reply to an old request is late and releases nothing', () => {
  const correlation = new Correlation(true)
  correlation.expect(1, sign)
  correlation.reset()
  expect([correlation.isPast('1'), correlation.isPast('2'), correlation.isPast(undefined)]).toEqual([
    true,
    false,
    false
  ])
  expect(correlation.judge(full(1))).toBe('late')
  correlation.expect(2, sign)
  expect(correlation.judge(full(1))).toBe('late')
  expect(correlation.judge(full(2))).toBe('reply')
})

test('a frame without an id is taken only while one request is out, and only if it is a reply', () => {
  const correlation = new Correlation(true)
  expect(correlation.judge(bare(['early']))).toBe('stray')
  correlation.expect(1, sign, 'a')
  expect(correlation.judge(frame({ hello: 'world' }))).toBe('foreign')
  expect(correlation.judge(bare(['x'], { _method: certNo }))).toBe('foreign')
  expect(correlation.judge(bare(['signature of a']))).toBe('reply')
})

test('what was the answer to one question is never that to another, unless the question is the same', () => {
  const correlation = new Correlation(true)
  correlation.expect(1, sign, 'a')
  correlation.judge(full(1, ['signature of a']))
  correlation.expect(2, sign, 'b')
  expect(correlation.judge(bare(['signature of a']))).toBe('duplicate')
  expect(correlation.judge(bare(['signature of b']))).toBe('reply')
  correlation.reset()
  correlation.expect(3, certNo)
  expect(correlation.judge(bare(['signature of b']))).toBe('duplicate')
  correlation.reset()
  correlation.expect(4, sign, 'a')
  expect(correlation.judge(bare(['signature of a']))).toBe('reply')
})

test('with bareReplies off a frame without an id is never a reply', () => {
  const correlation = new Correlation(false)
  correlation.expect(1, sign, 'a')
  expect(correlation.judge(bare(['x']))).toBe('stray')
})

test('it forgets the oldest requests and no others', () => {
  const correlation = new Correlation(true)
  for (let id = 1; id <= 600; id++) {
    correlation.expect(id, sign, `text ${id}`)
    correlation.judge(full(id))
  }
  expect([1, 88, 89, 600].map(id => correlation.isPast(String(id)))).toEqual([false, false, true, true])
})
