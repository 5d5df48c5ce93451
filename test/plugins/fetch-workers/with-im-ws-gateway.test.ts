import { request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import fetchWorkers from '../../../src/plugins/fetch-workers/index.ts'
import { FetchWorkers } from '../../../src/plugins/fetch-workers/service.ts'
import { startRig } from '../im-ws-gateway/gateway/rig.ts'
import { ScriptedWorker, secret } from './rig.ts'

test('chats and workers have their sockets on one server', async () => {
  await using rig = await startRig({ with: [[fetchWorkers, { secret }]] })
  await rig.start()
  const worker = await new ScriptedWorker(rig.url.replace(/\/im$/, '/_spider')).ready()
  await rig.start({ userID: 'u2' })
  const workers = rig.app.getDecorator<FetchWorkers>(FetchWorkers.name)
  expect(workers.status().workers).toMatchObject([{ name: 'w1', state: 'ready' }])
  expect(rig.gateway.status().connections).toBe(2)

  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
  const lost = request(`${rig.http}/nowhere`, {
    headers: { ...headers, 'sec-websocket-key': 'a'.repeat(22) }
  }).end()
  const [response] = (await once(lost, 'response')) as [IncomingMessage]
  expect(response.resume().statusCode).toBe(404)
  worker.socket.terminate()
})
