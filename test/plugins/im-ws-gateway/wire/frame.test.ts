import { describe, expect, test } from 'vitest'
import { readFrame, type FrameError } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'

const good = { reqFuncName: 'Login', operationID: 'op', userID: 'u1', data: '{}' }
const refused = (raw: Parameters<typeof readFrame>[0]): FrameError => {
  try {
    readFrame(raw)
  } catch (error) {
    return error as FrameError
  }
  throw new Error('the frame was read')
}

describe('a frame', () => {
  test('is read as text and as bytes', () => {
    expect(readFrame(JSON.stringify(good))).toEqual(good)
    expect(readFrame(Buffer.from(JSON.stringify({ ...good, data: '你好' })))).toEqual({
      ...good,
      data: '你好'
    })
  })

  test('may leave userID and data out, have null in them, or the JSON itself as data', () => {
    const { userID: _userID, data: _data, ...short } = good
    expect(readFrame(JSON.stringify(short))).toEqual({ ...short, userID: '', data: '' })
    expect(readFrame(JSON.stringify({ ...short, userID: null, data: null }))).toMatchObject({
      userID: '',
      data: ''
    })
    expect(readFrame(JSON.stringify({ ...good, data: ['u1', 2] })).data).toBe('["u1",2]')
    expect(readFrame(JSON.stringify({ ...good, data: { a: 'b' } })).data).toBe('{"a":"b"}')
  })

  test('may have members that nobody knows, which go away, and batchMsg, which stays', () => {
    expect(readFrame(JSON.stringify({ ...good, more: 1, batchMsg: 1 }))).toEqual({ ...good, batchMsg: 1 })
    expect(readFrame(JSON.stringify({ ...good, batchMsg: null }))).toEqual(good)
  })

  test('have a batchMsg that is no number as if they had none, however deep it is', () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    expect(() => Number(JSON.parse(deep))).toThrow(RangeError)
    expect(readFrame(`${JSON.stringify(good).slice(0, -1)},"batchMsg":${deep}}`)).toEqual(good)
    expect(readFrame(JSON.stringify({ ...good, batchMsg: { a: 1 } }))).toEqual(good)
    expect(readFrame(JSON.stringify({ ...good, batchMsg: 'many' }))).toEqual(good)
    expect(readFrame(JSON.stringify({ ...good, batchMsg: true }))).toEqual({ ...good, batchMsg: 1 })
  })

  test.each(['__proto__', 'constructor'])('may have a member %s, which means nothing', name => {
    const member = name === '__proto__' ? '{"userID":"u2"}' : '{"prototype":{"userID":"u2"}}'
    const { userID: _userID, ...short } = good
    expect(readFrame(`{"${name}":${member},${JSON.stringify(short).slice(1)}`)).toEqual({
      ...good,
      userID: ''
    })
    expect(({} as Record<string, unknown>)['userID']).toBeUndefined()
  })
})

describe('a bad frame', () => {
  test.each(['', 'hello', '{"reqFuncName":"Login"', 'null', '[]', '"text"', '7', Buffer.from([0xff, 0xfe])])(
    'like %j is refused, and nothing of it can be named',
    raw => {
      expect(refused(raw)).toMatchObject({ code: 'badFrame', request: { reqFuncName: '', operationID: '' } })
    }
  )

  test('is named by what could be read of it', () => {
    expect(refused('{"operationID":"op"}')).toMatchObject({ request: { reqFuncName: '', operationID: 'op' } })
    expect(refused('{"reqFuncName":"Login"}').request).toEqual({ reqFuncName: 'Login', operationID: '' })
    expect(refused(JSON.stringify({ ...good, userID: 7 })).request.operationID).toBe('op')
  })

  test.each([
    ['reqFuncName', 64],
    ['operationID', 256],
    ['userID', 160]
  ])('has more than the %s of up to %i characters, or other than text there', (name, length) => {
    expect(readFrame(JSON.stringify({ ...good, [name]: 'x'.repeat(length) }))).toHaveProperty(name)
    for (const value of ['x'.repeat(length + 1), 7, {}, ['x']])
      expect(refused(JSON.stringify({ ...good, [name]: value })).message).toContain(name)
  })

  test('is nested so deep that it would overflow the stack', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    expect(refused(`{"reqFuncName":"a","operationID":"b","data":${deep}}`).message).toContain('nested')
  })

  test('is not quoted in what is said of it', () => {
    expect(refused('{"token":"secret').message).not.toContain('secret')
  })
})
