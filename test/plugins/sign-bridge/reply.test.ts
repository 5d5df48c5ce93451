import { assert, json, property } from 'fast-check'
import { expect, test } from 'vitest'
import { isHandshake, nextId, parseFrame, requestFrame } from '../../../src/plugins/sign-bridge/frame.ts'
import { firstText, readReply, readSignature, type Reply } from '../../../src/plugins/sign-bridge/reply.ts'

const reply = (args: unknown, status?: unknown): Reply =>
  readReply(parseFrame(JSON.stringify({ _id: 1, _status: status, _args: args }))!)
const refusal = (...error: unknown[]): Reply => reply({ Result: false, Data: [], Error: error })

test('a request has the form that the control reads', () => {
  const frame = requestFrame(5, 'cus-sec_SpcSignDataAsPEM', { inData: '"签"', passwd: '1' })
  expect(frame).toBe(
    '{"_method":"cus-sec_SpcSignDataAsPEM","_id":5,"args":{"inData":"\\"签\\"","passwd":"1"}}'
  )
})

test('ids are whole numbers from 1 on, each once', () => {
  const ids = Array.from({ length: 1_000 }, () => nextId())
  expect(
    ids.every((id, index) => Number.isInteger(id) && id > 0 && (index === 0 || id > (ids[index - 1] ?? id)))
  ).toBe(true)
})

test.each(['', 'hello', '[]', 'null', '7', '"{}"', '{"_id":', undefined])('%j is no frame', text => {
  expect(parseFrame(text)).toBeUndefined()
})

test('a handshake is an opening frame with status 00 or none', () => {
  const opens = (value: object): boolean => isHandshake(parseFrame(JSON.stringify(value)))
  expect(opens({ _id: 0, _method: 'open', _status: '00', _args: {} })).toBe(true)
  expect(opens({ _method: 'open' })).toBe(true)
  expect(opens({ _method: 'open', _status: '01' })).toBe(false)
  expect(opens({ _method: 'open', _status: 0 })).toBe(false)
  expect(opens({ _method: 'close', _status: '00' })).toBe(false)
  expect(isHandshake(undefined)).toBe(false)
})

test('prototype names in a frame reach no prototype', () => {
  const frame = parseFrame(
    '{"__proto__":{"_id":1,"Result":true},"_method":"x","_args":{"__proto__":{"Result":true}}}'
  )
  expect(frame).toMatchObject({ id: undefined, method: 'x' })
  expect(frame && readReply(frame)).toEqual({ kind: 'malformed' })
})

test.each([
  ['the code of a reader', refusal('复位读卡器失败', 'Err:Custom50070'), 'reader', 'Err:Custom50070'],
  [
    'the code of a reader, whatever its words',
    refusal('密码', 'Err:Custom51590'),
    'reader',
    'Err:Custom51590'
  ],
  ['口令', refusal('口令错误', 'Err:Custom50102'), 'pin', 'Err:Custom50102'],
  ['密码', refusal('密码错误'), 'pin', undefined],
  ['锁死', refusal('卡已锁死'), 'locked', undefined],
  ['PIN 已锁', refusal('口令(PIN)已锁死,请到制卡点解锁', 'Err:Custom50103'), 'locked', 'Err:Custom50103'],
  ['a PIN that is locked', refusal('PIN is locked'), 'locked', undefined],
  ['a lock to come', refusal('口令错误,再错2次将锁定'), 'pin', undefined],
  ['PIN', refusal('wrong PIN'), 'pin', undefined],
  ['pin before Chinese', refusal('pin码不对'), 'pin', undefined],
  ['pin_error', refusal('PIN_ERROR'), 'pin', undefined],
  ['password', refusal('Bad password'), 'pin', undefined],
  ['ping and spinning', refusal('ping spinning'), 'unknown', undefined],
  ['an unknown code', refusal('?', 'Err:Custom50999'), 'unknown', 'Err:Custom50999'],
  ['what looks like a code and holds a PIN', refusal('Err:Custom88888888'), 'unknown', undefined],
  ['no error at all', refusal(), 'unknown', undefined],
  ['an error that is a text', reply({ Result: false, Error: '口令错误' }), 'pin', undefined],
  ['an error that is neither', reply({ Result: false, Error: { a: 1 } }), 'unknown', undefined],
  ['another status', reply({ Result: true, Data: ['x'] }, '07'), 'status', 'status 07'],
  ['a status that may quote a PIN', reply({ Result: true }, '88888888'), 'status', undefined],
  ['another status and a failure', reply({ Result: false }, '07'), 'unknown', 'status 07'],
  ['another status and a code', reply({ Error: ['x', 'Err:Custom50200'] }, '07'), 'reader', 'Err:Custom50200']
] as const)('a refusal with %s', (_, given, because, code) => {
  expect(given).toEqual({ kind: 'refused', because, code })
})

test('a signature needs its text; the serial may be missing, but may not be something else', () => {
  const of = (...data: unknown[]): unknown => readSignature(reply({ Result: true, Data: data }))
  expect(of('s', 'c')).toEqual({ sign: 's', certNo: 'c', extra: false })
  expect(of('s')).toEqual({ sign: 's', certNo: undefined, extra: false })
  expect(of('s', 'c', 'more')).toEqual({ sign: 's', certNo: 'c', extra: true })
  for (const data of [[], [''], [1], [null], ['s', ''], ['s', 7], ['s', null]])
    expect(of(...data)).toMatchObject({ error: { entry: { key: 'sign.empty_result' } } })
})

test('the first text of a reply', () => {
  expect(firstText(reply({ Result: true, Data: ['a', 'b'] }))).toBe('a')
  for (const data of [[], [1], [''], 'a', undefined])
    expect(firstText(reply({ Result: true, Data: data }))).toBeUndefined()
  expect(firstText(refusal('a'))).toBeUndefined()
})

test('nothing that a control may send makes the reader throw, or gives a signature without Result: true', () => {
  assert(
    property(json(), text => {
      const frame = parseFrame(text)
      if (!frame) return
      const outcome = readSignature(readReply(frame))
      expect('error' in outcome || frame.body?.['Result'] === true).toBe(true)
    })
  )
})
