import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { Settings } from '../../../../src/core/index.ts'
import apiError from '../../../../src/plugins/api-error/index.ts'
import database from '../../../../src/plugins/database/index.ts'
import type { ImSettings } from '../../../../src/plugins/im-ws-gateway/config.ts'
import imWsGateway from '../../../../src/plugins/im-ws-gateway/index.ts'
import state from '../../../../src/plugins/state/index.ts'
import { testPlugin } from '../../../../src/testing/index.ts'
import { Client } from './client.ts'

/** The plugin with what it needs, as `npm start` has it. */
async function startPlugin(config: Settings<ImSettings>, logs: string[] = []) {
  const app = await testPlugin(imWsGateway, {
    config: { drainMs: 0, ...config },
    with: [[apiError], [state], [database, { file: ':memory:' }]] as never,
    server: { logLevel: 'trace', drainMs: 0, closeMs: 5_000 },
    logDestination: { write: line => void logs.push(line) }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const clients: Client[] = []
  return {
    app,
    async post(path: string, body: object) {
      const authorization = `Bearer ${config.adminSecret ?? ''}`
      const answer = await app.inject({ method: 'POST', url: path, headers: { authorization }, body })
      return { status: answer.statusCode, body: answer.json<Record<string, never>>() }
    },
    async start(userID: string, token: string): Promise<Client> {
      const client = new Client(`ws://127.0.0.1:${port}/im`, { userID, token })
      clients.push(client)
      return client.start()
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.leave()
      await app.close()
    }
  }
}

test('two users who were registered over REST write to each other', async () => {
  await using whole = await startPlugin({ adminSecret: 'admin', tokenSecret: 'tokens' })
  const clients: Client[] = []
  for (const userID of ['ann', 'bob']) {
    await whole.post('/v1/im/users', { userID })
    const { body } = await whole.post('/v1/im/token', { userID, platformID: 5 })
    clients.push(await whole.start(userID, String(body['token'])))
  }
  const [ann, bob] = clients as [Client, Client]
  const { data: message } = await ann.request('CreateTextMessage', ['hello'])
  const { errCode } = await ann.request('SendMessageNotOss', [message, 'bob', '', '', false])
  expect(errCode).toBe(0)
  const { data } = await bob.event('OnRecvNewMessages')
  expect(JSON.parse(data)).toMatchObject([{ sendID: 'ann', textElem: { content: 'hello' } }])
  expect(whole.app.service.status()).toMatchObject({ connections: 2, users: 2, byPlatform: { 5: 2 } })
})

test('back ends see where a user is, and end his sessions', async () => {
  await using whole = await startPlugin({ adminSecret: 'admin', tokenSecret: 'tokens' })
  await whole.post('/v1/im/users', { userID: 'ann' })
  const { body } = await whole.post('/v1/im/token', { userID: 'ann', platformID: 5 })
  const client = await whole.start('ann', String(body['token']))
  expect((await whole.post('/v1/im/logout', { userID: 'ann' })).status).toBe(200)
  await client.event('OnKickedOffline')
  await expect(whole.start('ann', String(body['token']))).rejects.toThrow(/^1506/)
})

test('without a secret tokens are good until the process ends, which the log says', async () => {
  const logs: string[] = []
  await using whole = await startPlugin({ adminSecret: 'admin' }, logs)
  await whole.post('/v1/im/users', { userID: 'ann' })
  const { body } = await whole.post('/v1/im/token', { userID: 'ann', platformID: 5 })
  await whole.start('ann', String(body['token']))
  expect(logs.filter(line => line.includes('no tokenSecret is set'))).toHaveLength(1)
})

test('it is ready when its database is', async () => {
  await using whole = await startPlugin({})
  expect((await whole.app.inject('/readyz/im-ws-gateway')).statusCode).toBe(200)
})

test('the page of the demonstration is there when it is wanted', async () => {
  await using without = await startPlugin({})
  expect((await without.app.inject('/demo/chat')).statusCode).toBe(404)
  await using demo = await startPlugin({ demo: true })
  expect((await demo.app.inject('/demo/chat')).statusCode).toBe(200)
})

test('after the close nothing is connected, and the database could be closed', async () => {
  const logs: string[] = []
  const whole = await startPlugin({ adminSecret: 'admin', tokenSecret: 'tokens' }, logs)
  await whole.post('/v1/im/users', { userID: 'ann' })
  const { body } = await whole.post('/v1/im/token', { userID: 'ann', platformID: 5 })
  const client = await whole.start('ann', String(body['token']))
  await whole.app.close()
  await client.closed
  expect([client.closeCode, whole.app.gateway.cut]).toEqual([1001, false])
  expect(logs.filter(line => /"level":(50|60)/.test(line))).toEqual([])
})
