import { describe, expect, test } from 'vitest'
import { codes, ImError, type CodeName } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import {
  encodeReply,
  errorReply,
  FrameError,
  loginStatusData,
  pushFrame,
  successReply,
  textData,
  type LoginState
} from '../../../../src/plugins/im-ws-gateway/wire/index.ts'

const request = { reqFuncName: 'GetFriendList', operationID: 'op' }

test('a reply has the five members that clients read, and texts in event and data', () => {
  expect(JSON.parse(encodeReply(successReply(request, '[]')))).toEqual({
    event: 'GetFriendList',
    errCode: 0,
    errMsg: '',
    data: '[]',
    operationID: 'op'
  })
})

describe('a failure', () => {
  test.each(Object.keys(codes) as CodeName[])('%s has its own number in both generations', code => {
    const error = new ImError(code)
    const text = codes[code].text
    const reply = { event: 'GetFriendList', errMsg: text, data: '', operationID: 'op' }
    expect(errorReply('3', request, error)).toEqual({ ...reply, errCode: codes[code].v3 })
    for (const dialect of ['2.0', '2.3', undefined] as const)
      expect(errorReply(dialect, request, error)).toEqual({ ...reply, errCode: codes[code].v2 })
  })

  test('of a frame that could not be read is event "error" with code 100, as in 2.x', () => {
    const reply = { event: 'error', errCode: 100, errMsg: 'broken', data: '', operationID: '' }
    expect(errorReply('2.0', undefined, new FrameError('broken'))).toEqual(reply)
    expect(errorReply(undefined, undefined, new FrameError('broken'))).toEqual(reply)
  })

  test('of a frame is named by what could be read of it', () => {
    const error = new FrameError('broken', { reqFuncName: '', operationID: 'op' })
    expect(errorReply('3', undefined, error)).toMatchObject({
      event: 'error',
      operationID: 'op',
      errCode: 20_000
    })
  })
})

test('a push has no operation id, and may say what went wrong', () => {
  expect(pushFrame('OnKickedOffline')).toEqual({
    event: 'OnKickedOffline',
    errCode: 0,
    errMsg: '',
    data: '',
    operationID: ''
  })
  expect(pushFrame('OnConnectFailed', '', { errCode: 10_006, errMsg: 'down' })).toMatchObject({
    errCode: 10_006,
    errMsg: 'down'
  })
})

test('a status of login is a decimal number, of each generation', () => {
  const states: LoginState[] = ['none', 'loggedIn', 'loggingIn', 'failed', 'loggedOut']
  states.push('tokenExpired', 'tokenInvalid', 'kicked')
  expect(states.map(state => loginStatusData('2.3', state))).toEqual(
    [0, 101, 102, 103, 201, 701, 702, 703].map(String)
  )
  expect(states.map(state => loginStatusData('3', state))).toEqual([1, 3, 2, 1, 1, 1, 1, 1].map(String))
})

test('a text is raw in 2.x, and JSON in 3.x, where a user id of digits would turn into a number', () => {
  expect(textData('2.0', '123456')).toBe('123456')
  expect(textData('3', '123456')).toBe('"123456"')
})
