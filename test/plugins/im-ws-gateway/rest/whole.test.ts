import { expect, test } from 'vitest'
import apiError from '../../../../src/plugins/api-error/index.ts'
import database from '../../../../src/plugins/database/index.ts'
import imWsGateway from '../../../../src/plugins/im-ws-gateway/index.ts'
import state from '../../../../src/plugins/state/index.ts'
import { testPlugin } from '../../../../src/testing/index.ts'

async function start() {
  const app = await testPlugin(imWsGateway, {
    config: { tokenSecret: 'the secret of the tests, 32 characters', adminSecret: 'admin', tokenTtlS: 600 },
    with: [[apiError], [state], [database, { file: ':memory:' }]]
  })
  return {
    async call(method: 'GET' | 'POST', path: string, payload?: object) {
      const headers = { authorization: 'Bearer admin' }
      const { statusCode, body } = await app.inject({
        method,
        url: `/v1/im/${path}`,
        headers,
        ...(payload && { payload })
      })
      return [statusCode, JSON.parse(body) as Record<string, unknown>] as const
    },
    [Symbol.asyncDispose]: () => app.close()
  }
}

test('over the embedded core a back end sets up users, friends, a group and messages', async () => {
  await using gateway = await start()
  for (const userID of ['ann', 'bob', 'eve']) {
    const [status, body] = await gateway.call('POST', 'users', { userID, nickname: userID.toUpperCase() })
    expect([status, body]).toEqual([
      200,
      { userID, nickname: userID.toUpperCase(), faceURL: '', created: true }
    ])
  }
  const [, again] = await gateway.call('POST', 'users', { userID: 'ann', faceURL: 'http://f' })
  expect(again).toEqual({ userID: 'ann', nickname: 'ANN', faceURL: 'http://f', created: false })
  expect(await gateway.call('GET', 'users/ann')).toEqual([
    200,
    {
      userID: 'ann',
      nickname: 'ANN',
      faceURL: 'http://f',
      ex: '',
      createTime: expect.any(Number) as number,
      platformIDs: []
    }
  ])
  const friends = { ownerUserID: 'ann', friendUserIDs: ['bob', 'eve'] }
  expect(await gateway.call('POST', 'friends', friends)).toEqual([200, { friends: 2 }])
  const group = { groupID: 'team', groupName: 'Team', ownerUserID: 'ann', memberUserIDs: ['bob', 'eve'] }
  expect(await gateway.call('POST', 'groups', group)).toMatchObject([
    200,
    { groupID: 'team', ownerUserID: 'ann', memberCount: 3 }
  ])
  const text = { contentType: 101, content: { content: 'hi' } }
  for (const target of [{ recvIDs: ['ann', 'bob'] }, { sendID: 'ann', groupID: 'team' }]) {
    const [status, body] = await gateway.call('POST', 'messages', { ...text, ...target })
    expect(status).toBe(200)
    const messages = body['messages'] as { clientMsgID: string; serverMsgID: string; recvID: string }[]
    expect(messages.map(({ recvID }) => recvID)).toEqual(target.recvIDs ?? [''])
    for (const { clientMsgID, serverMsgID } of messages) expect([clientMsgID, serverMsgID]).not.toContain('')
  }
})

test('over the embedded core a back end is told what cannot be', async () => {
  await using gateway = await start()
  await gateway.call('POST', 'users', { userID: 'ann' })
  const text = { contentType: 101, content: { content: 'hi' } }
  const group = { groupID: 'team', groupName: 'Team', ownerUserID: 'ann', memberUserIDs: [] }
  await gateway.call('POST', 'groups', group)
  const cases = [
    ['token', { userID: 'bob', platformID: 5 }, 404, 'im.user_not_found'],
    ['friends', { ownerUserID: 'ann', friendUserIDs: ['bob'] }, 404, 'im.user_not_found'],
    ['groups', { ...group, groupID: 'other', memberUserIDs: ['bob'] }, 404, 'im.user_not_found'],
    ['groups', group, 409, 'im.duplicate'],
    ['messages', { ...text, recvIDs: ['bob'] }, 404, 'im.user_not_found'],
    ['messages', { ...text, sendID: 'bob', recvIDs: ['ann'] }, 404, 'im.user_not_found'],
    ['messages', { ...text, groupID: 'nowhere', sendID: 'ann' }, 404, 'im.group_not_found'],
    ['messages', { contentType: 99, content: {}, recvIDs: ['ann'] }, 400, 'param.invalid']
  ] as const
  for (const [path, payload, status, code] of cases) {
    const [actual, body] = await gateway.call('POST', path, payload)
    expect([path, payload, actual, body['code']]).toEqual([path, payload, status, code])
  }
})

test('over the embedded core a user gets a token, and may be logged out', async () => {
  await using gateway = await start()
  await gateway.call('POST', 'users', { userID: 'ann' })
  const [status, body] = await gateway.call('POST', 'token', { userID: 'ann', platformID: 5 })
  expect([status, Object.keys(body), body['expireTimeSeconds']]).toEqual([
    200,
    ['token', 'expireTimeSeconds'],
    600
  ])
  expect(await gateway.call('POST', 'logout', { userID: 'ann' })).toEqual([200, { ended: 0 }])
})
