import { describe, expect, test } from 'vitest'
import { ImError } from '../../../../src/plugins/im-ws-gateway/codes.ts'
import type { Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'
import { fakeClock } from '../../../../src/testing/index.ts'
import type { Client } from './client.ts'
import { startRig } from './rig.ts'

const dialects: readonly Dialect[] = ['2.0', '2.3', '3']

/** An operation that is under way until it is told how it ends. */
function pending() {
  const waiting: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = []
  return {
    waiting,
    run: () => new Promise((resolve, reject) => void waiting.push({ resolve, reject }))
  }
}

/** The answers of a client, in the order in which they came. */
function answers({ frames }: Client): string[] {
  return frames.map(({ operationID }) => operationID).filter(id => id.startsWith('op-') && id !== 'op-login')
}

describe.each(dialects)('a client of %s', dialect => {
  const v3 = dialect === '3'

  test('points 2 and 3: binary and text get in, text comes out, with the operationID of the request', async () => {
    await using rig = await startRig()
    rig.cores.behaviours.set('getTotalUnread', () => 7)
    const client = await rig.start({ dialect })
    const frame = {
      reqFuncName: 'GetTotalUnreadMsgCount',
      operationID: 'binary',
      userID: 'u1',
      data: v3 ? '[]' : ''
    }
    client.send(Buffer.from(JSON.stringify(frame)))
    expect(await client.answerTo('binary')).toEqual({
      event: 'GetTotalUnreadMsgCount',
      errCode: 0,
      errMsg: '',
      data: '7',
      operationID: 'binary'
    })
    client.send(JSON.stringify({ ...frame, operationID: 'text' }))
    await client.answerTo('text')
    expect(client.raw.every(({ isBinary }) => !isBinary)).toBe(true)
  })

  test.each([
    ['an unknown method', { reqFuncName: 'NoSuch', operationID: 'x', userID: 'u1', data: '' }, 1001, 20000],
    ['an argument that is none', { reqFuncName: 'DeleteFriend', data: v3 ? '[]' : '' }, 1001, 10002],
    ['arguments that are null', { reqFuncName: 'GetGroupMemberList', data: 'null' }, 1001, 10002],
    ['data that is no JSON', { reqFuncName: 'CreateFaceMessage', data: '{' }, 1001, 10002],
    ['a method that is not supported', { reqFuncName: 'GetDepartmentInfo', data: '0' }, 1005, 10301],
    ['no operation of the core', { reqFuncName: 'GetSelfUserInfo', data: v3 ? '[]' : '' }, 1005, 10301]
  ])('point 3: %s is answered', async (_, frame, v2Code, v3Code) => {
    await using rig = await startRig()
    const client = await rig.start({ dialect })
    client.send({ operationID: 'x', userID: 'u1', ...frame })
    const answer = await client.answerTo('x')
    expect(answer).toMatchObject({ event: frame.reqFuncName, errCode: v3 ? v3Code : v2Code, data: '' })
    expect(rig.count('frame_errors_total')).toBe(frame.reqFuncName === 'GetSelfUserInfo' ? 0 : 1)
  })

  test.each(['{', '"text"', '[]', 'null', '{"reqFuncName":"GetSelfUserInfo"}', '', '\u0000'])(
    'point 3: %j, which is no frame, is answered',
    async text => {
      await using rig = await startRig()
      const client = await rig.start({ dialect })
      const before = client.frames.length
      client.send(text)
      await client.until(() => client.frames.length > before)
      expect(client.frames.at(-1)).toMatchObject({ errCode: v3 ? 20000 : 100, data: '' })
      expect(typeof client.frames.at(-1)?.event).toBe('string')
      expect(rig.count('frame_errors_total')).toBe(1)
    }
  )

  test.each([
    [
      'throws at once',
      () => {
        throw new Error('secret')
      }
    ],
    [
      'throws what is no error',
      () => {
        throw 'secret'
      }
    ], // oxlint-disable-line no-throw-literal
    ['fails', () => Promise.reject(new TypeError('secret'))],
    ['gives what cannot be sent', () => undefined]
  ])('point 3: an operation that %s is answered with an internal error', async (_, behaviour) => {
    const logs: string[] = []
    await using rig = await startRig({ logs })
    rig.cores.behaviours.set('getSelf', behaviour)
    const client = await rig.start({ dialect })
    const answer = await client.request('GetSelfUserInfo')
    expect(answer).toMatchObject({
      event: 'GetSelfUserInfo',
      errCode: v3 ? 10006 : 812,
      errMsg: 'internal error'
    })
    expect(logs.some(line => line.includes('a request failed'))).toBe(true)
    rig.cores.behaviours.set('getTotalUnread', () => 0)
    expect((await client.request('GetTotalUnreadMsgCount')).errCode).toBe(0)
  })

  test('what the core refuses is told by the code of its generation', async () => {
    await using rig = await startRig()
    rig.cores.behaviours.set('deleteFriend', () => {
      throw new ImError('notFriend')
    })
    const client = await rig.start({ dialect })
    const answer = await client.request('DeleteFriend', v3 ? ['u2'] : 'u2')
    expect(answer.errCode).toBe(v3 ? 1303 : 601)
  })

  test('point 7: event and data are always texts', async () => {
    await using rig = await startRig()
    const client = await rig.start({ dialect })
    await client.request('NoSuch')
    await client.request('GetLoginStatus')
    client.send('{')
    await client.until(() => client.frames.length >= 8)
    for (const { event, data } of client.frames)
      expect([typeof event, typeof data]).toEqual(['string', 'string'])
  })

  test('point 8: GetLoginStatus is answered at once, whatever is under way', async () => {
    await using rig = await startRig()
    const hanging = pending()
    rig.cores.behaviours.set('getSelf', hanging.run)
    const client = rig.open({ dialect })
    await client.opened()
    expect((await client.request('GetLoginStatus')).data).toBe(v3 ? '1' : '0')
    await client.start()
    const slow = client.ask('GetSelfUserInfo')
    expect((await client.request('GetLoginStatus')).data).toBe(v3 ? '3' : '101')
    const name = v3 ? 'GetLoginUserID' : 'GetLoginUser'
    expect((await client.request(name)).data).toBe(v3 ? '"u1"' : 'u1')
    expect(answers(client)).not.toContain(slow)
  })

  test('point 12: a frame of another user is refused', async () => {
    await using rig = await startRig()
    let asked = 0
    rig.cores.behaviours.set('getSelf', () => void asked++)
    const client = await rig.start({ dialect })
    for (const userID of ['u2', '', 'U1']) {
      client.send({
        reqFuncName: 'GetSelfUserInfo',
        operationID: `as-${userID}`,
        userID,
        data: v3 ? '[]' : ''
      })
      expect((await client.answerTo(`as-${userID}`)).errCode).toBe(v3 ? 1002 : 708)
    }
    expect(asked).toBe(0)
  })

  test('a request before the login is told to log in', async () => {
    await using rig = await startRig()
    const client = await rig.open({ dialect }).opened()
    expect((await client.request('GetSelfUserInfo')).errCode).toBe(v3 ? 10004 : 1003)
    expect((await client.request('Logout')).errCode).toBe(v3 ? 10004 : 1003)
    await client.start()
  })
})

test('200 requests behind the Login, without waiting for its answer, are answered in their order', async () => {
  await using rig = await startRig()
  rig.cores.behaviours.set('getSelf', async (_, __, { userID }) => ({ userID }))
  const client = await rig.open().opened()
  const login = client.askLogin()
  const asked = Array.from({ length: 200 }, () => client.ask('GetSelfUserInfo'))
  expect((await client.answerTo(login)).errCode).toBe(0)
  await client.answerTo(asked.at(-1) ?? '')
  expect(answers(client)).toEqual(asked)
  expect(client.frames.filter(({ errCode }) => errCode !== 0)).toEqual([])
})

test('answers come in the order of the requests, however long each takes', async () => {
  await using rig = await startRig()
  const slow = pending()
  rig.cores.behaviours.set('getSelf', slow.run).set('getTotalUnread', () => 0)
  const client = await rig.start()
  const first = client.ask('GetSelfUserInfo')
  const rest = [
    client.ask('GetTotalUnreadMsgCount'),
    client.ask('NoSuch'),
    client.ask('GetTotalUnreadMsgCount')
  ]
  await rig.until(() => slow.waiting.length === 1)
  expect(answers(client)).toEqual([])
  slow.waiting[0]?.reject(new ImError('busy'))
  await client.answerTo(rest.at(-1) ?? '')
  expect(answers(client)).toEqual([first, ...rest])
})

test('the requests of one connection do not wait for those of another', async () => {
  await using rig = await startRig()
  const slow = pending()
  rig.cores.behaviours.set('getSelf', slow.run).set('getTotalUnread', () => 0)
  const [one, other] = [await rig.start(), await rig.start({ platformID: 1 })]
  one.ask('GetSelfUserInfo')
  await rig.until(() => slow.waiting.length === 1)
  expect((await other.request('GetTotalUnreadMsgCount')).errCode).toBe(0)
})

test('more requests than may wait are refused at once, and those that wait are answered', async () => {
  await using rig = await startRig({ config: { maxPendingRequests: 3 } })
  const slow = pending()
  rig.cores.behaviours.set('getSelf', slow.run)
  const client = await rig.start()
  const asked = Array.from({ length: 6 }, () => client.ask('GetSelfUserInfo'))
  await client.answerTo(asked[5] ?? '')
  expect(answers(client)).toEqual(asked.slice(4))
  expect(client.frames.at(-1)?.errCode).toBe(10003)
  for (let done = 0; done < 4; done++) {
    await rig.until(() => slow.waiting.length > done)
    slow.waiting[done]?.reject(new ImError('busy'))
  }
  await client.answerTo(asked[3] ?? '')
  expect(answers(client)).toEqual([...asked.slice(4), ...asked.slice(0, 4)])
})

test('a request that takes too long is answered with an error, once, and the next one gets its turn', async () => {
  const clock = fakeClock()
  await using rig = await startRig({ clock, config: { requestTimeoutMs: 5_000 } })
  const slow = pending()
  rig.cores.behaviours.set('getSelf', slow.run).set('getTotalUnread', () => 0)
  const client = await rig.start()
  const [late, next] = [client.ask('GetSelfUserInfo'), client.ask('GetTotalUnreadMsgCount')]
  await rig.until(() => slow.waiting.length === 1)
  await clock.advance(4_900)
  expect(answers(client)).toEqual([])
  await clock.advance(200)
  expect((await client.answerTo(late)).errCode).toBe(10003)
  expect((await client.answerTo(next)).errCode).toBe(0)
  slow.waiting[0]?.resolve({ userID: 'u1' })
  await client.request('GetLoginStatus')
  expect(answers(client).filter(id => id === late)).toHaveLength(1)
})

test('what is under way when a connection goes is finished, and answered to nobody', async () => {
  await using rig = await startRig()
  const slow = pending()
  rig.cores.behaviours.set('getSelf', slow.run)
  const client = await rig.start()
  client.ask('GetSelfUserInfo')
  client.ask('GetSelfUserInfo')
  await rig.until(() => slow.waiting.length === 1)
  client.leave()
  await rig.until(() => rig.gateway.status().connections === 0)
  slow.waiting[0]?.resolve({ userID: 'u1' })
  await new Promise(resolve => setImmediate(resolve))
  expect(slow.waiting).toHaveLength(1)
})

test('a frame that is too large closes its connection with 1009, and harms nobody', async () => {
  await using rig = await startRig()
  rig.cores.behaviours.set('getTotalUnread', () => 0)
  const [large, other] = [await rig.start(), await rig.start({ userID: 'u2' })]
  large.send('x'.repeat(10 * 1_048_576 + 1))
  await large.closed
  expect(large.closeCode).toBe(1009)
  expect((await other.request('GetTotalUnreadMsgCount')).errCode).toBe(0)
  await rig.until(() => rig.gateway.status().connections === 1)
})

test('a frame of just that size is answered', async () => {
  await using rig = await startRig()
  rig.cores.behaviours.set('createText', ({ text }: { text: string }) => ({ content: text.length }))
  const client = await rig.start()
  const empty = { reqFuncName: 'NoSuch', operationID: 'large', userID: 'u1', data: '' }
  const room = 10 * 1_048_576 - JSON.stringify(empty).length
  client.send({ ...empty, data: 'x'.repeat(room) })
  expect((await client.answerTo('large')).errCode).toBe(20000)
})

test('who sends much without a login is closed with 1009', async () => {
  await using rig = await startRig()
  const client = await rig.open().opened()
  client.send('x'.repeat(1_048_576))
  await client.closed
  expect(client.closeCode).toBe(1009)
  await rig.until(() => rig.gateway.status().connections === 0)
})

test('no more is read from a connection while much of it waits for its turn', async () => {
  await using rig = await startRig({ config: { maxFrameBytes: 100_000 } })
  const slow = pending()
  rig.cores.behaviours.set('getTotalUnread', slow.run)
  const [client, other] = [await rig.start(), await rig.start({ userID: 'u2' })]
  const before = rig.count('frames_total')
  const asked = Array.from({ length: 40 }, () =>
    client.ask('GetTotalUnreadMsgCount', '[]', { padding: 'x'.repeat(50_000) })
  )
  await rig.until(() => slow.waiting.length === 1)
  const status = client.ask('GetLoginStatus')
  for (let turn = 0; turn < 10; turn++) await other.request('GetLoginStatus')
  expect(rig.count('frames_total') - before).toBeLessThan(10 + 20)
  for (let done = 0; done < asked.length; done++) {
    await rig.until(() => slow.waiting.length > done)
    slow.waiting[done]?.resolve(0)
  }
  await client.answerTo(status)
  expect(answers(client)).toHaveLength(41)
})

test('bytes that are no text close the connection with 1007', async () => {
  await using rig = await startRig()
  const client = await rig.start()
  client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false })
  await client.closed
  expect(client.closeCode).toBe(1007)
})
