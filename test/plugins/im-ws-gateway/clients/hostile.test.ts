import { expect, test } from 'vitest'
import { startGateway } from './gateway.ts'
import type { RawFrame } from './raw-client.ts'
import { within } from './within.ts'

const dialects = ['2.0', '2.3', '3'] as const
const maxFrameBytes = 10 * 1_048_576
/** Codes as the dialects have them (specification §2.3, §7). */
const code = (dialect: (typeof dialects)[number], v2: number, v3: number): number =>
  dialect === '3' ? v3 : v2
const isReply = ({ event, data, errCode }: RawFrame): boolean =>
  typeof event === 'string' && typeof data === 'string' && typeof errCode === 'number'

test.each(dialects)('%s: a frame in the name of somebody else is refused', async dialect => {
  await using gateway = await startGateway()
  const bob = await gateway.raw({ userID: 'bob', dialect })
  const ann = await gateway.raw({ userID: 'ann', dialect })
  const isV3 = dialect === '3'
  const profile = { userID: 'bob', nickname: 'stolen' }
  const args = isV3 ? [JSON.stringify(profile)] : profile
  const spoofed = await ann.request('SetSelfInfo', args, { userID: 'bob' })
  expect(spoofed.errCode).toBe(code(dialect, 708, 1002))
  expect(await bob.ask('GetSelfUserInfo')).toMatchObject({ userID: 'bob', nickname: 'N-bob' })
  expect(await ann.ask('GetSelfUserInfo')).toMatchObject({ userID: 'ann', nickname: 'N-ann' })
})

test.each(dialects)(
  '%s: a login as somebody else than the one of the connection is refused',
  async dialect => {
    await using gateway = await startGateway()
    const token = await gateway.rest.login('bob', 5)
    const raw = await gateway.raw({ userID: 'ann', dialect, login: false })
    const data = dialect === '3' ? ['bob', token] : { userID: 'bob', token }
    const answer = await raw.request('Login', data, { userID: 'bob' })
    expect(answer.errCode).not.toBe(0)
    expect((await raw.request('GetSelfUserInfo')).errCode).not.toBe(0)
  }
)

test.each(dialects)('%s: a frame of 10 MiB and a byte ends its connection, and no other', async dialect => {
  await using gateway = await startGateway({ config: { maxQueueBytes: 32 * 1_048_576 } })
  const ann = await gateway.raw({ userID: 'ann', dialect })
  const bob = await gateway.raw({ userID: 'bob', dialect })
  const frame = (bytes: number): Buffer => {
    const head = { reqFuncName: 'NoSuchMethod', operationID: 'op-large', userID: 'ann', data: '' }
    const text = JSON.stringify(head)
    return Buffer.concat([Buffer.from(text), Buffer.alloc(bytes - text.length, ' ')])
  }
  ann.write(frame(maxFrameBytes))
  await ann.until('an answer', frames => frames.some(one => one.operationID === 'op-large'))
  ann.write(frame(maxFrameBytes + 1))
  expect(await within('close', ann.closed)).toBe(1009)
  expect(await bob.ask('GetSelfUserInfo')).toMatchObject({ userID: 'bob' })
})

test.each(dialects)('%s: what is no request is answered too', async dialect => {
  await using gateway = await startGateway()
  const ann = await gateway.raw({ userID: 'ann', dialect })
  const login = ann.frames.length
  const unknown = await ann.request('NoSuchMethod')
  expect(unknown.errCode).toBe(code(dialect, 1001, 20000))
  for (const method of ['__proto__', 'constructor', 'toString', 'Login ', '']) {
    expect((await ann.request(method)).errCode).not.toBe(0)
  }
  const broken = [
    '{',
    'null',
    '[]',
    '"text"',
    '{"reqFuncName":1}',
    '{"reqFuncName":"Login","operationID":{}}',
    ''
  ]
  for (const text of broken) {
    const before = ann.frames.length
    ann.write(text)
    await ann.until(`an answer to ${text}`, frames => {
      return frames.slice(before).some(({ errCode }) => errCode === code(dialect, 100, 20000))
    })
  }
  expect(ann.frames.slice(login).filter(frame => !isReply(frame))).toEqual([])
  expect((await ann.request('GetLoginStatus')).errCode).toBe(0)
})

test.each(dialects)(
  '%s: arguments that are null, too few, too many or of other kinds are answered',
  async dialect => {
    await using gateway = await startGateway()
    const ann = await gateway.raw({ userID: 'ann', dialect })
    const methods = ['SetSelfInfo', 'AddFriend', 'CreateGroup', 'SendMessageNotOss', 'GetOneConversation']
    const given = [
      'null',
      '[null]',
      '[null,null,null,null,null]',
      '{}',
      '[]',
      '[[],{},[],{},[]]',
      '[1,2,3]',
      'x'
    ]
    const deep = '['.repeat(50_000)
    for (const method of methods) {
      for (const data of [...given, deep]) {
        const answer = await ann.request(method, data)
        expect(isReply(answer)).toBe(true)
      }
    }
    expect((await ann.request('GetLoginStatus')).errCode).toBe(0)
  }
)

test('3.x: null stands for an argument that was left out', async () => {
  await using gateway = await startGateway()
  const ann = await gateway.raw({ userID: 'ann', dialect: '3' })
  expect(await ann.ask('CreateTextAtMessage', ['hi', '["bob"]', null, ''])).toMatchObject({
    contentType: 106,
    atTextElem: { text: 'hi', atUserList: ['bob'] }
  })
})

test('frames of bytes are read as text is, and answered with text', async () => {
  await using gateway = await startGateway()
  const ann = await gateway.raw({ userID: 'ann', dialect: '3' })
  const kinds: boolean[] = []
  ann.socket.on('message', (_, isBinary) => kinds.push(isBinary))
  const frame = { reqFuncName: 'GetLoginStatus', operationID: 'op-bytes', userID: 'ann', data: '[]' }
  ann.write(Buffer.from(JSON.stringify(frame)))
  await ann.until('an answer', frames => frames.some(one => one.operationID === 'op-bytes'))
  expect(kinds).toEqual([false])
})
