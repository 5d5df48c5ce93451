import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startGateway } from './gateway.ts'

// Compression costs some 100 KB and a thread's time for each connection, and its window leaks between messages.
test.each([
  { perMessageDeflate: true },
  { perMessageDeflate: { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 } },
  { perMessageDeflate: { serverMaxWindowBits: 9, clientMaxWindowBits: 9, threshold: 0 } }
])('a client that offers permessage-deflate (%j) gets no extension, and is served', async offer => {
  await using gateway = await startGateway()
  const token = await gateway.rest.login('ann', 5)
  const socket = new WebSocket(`${gateway.url}?sendID=ann&token=${token}&platformID=5`, offer)
  const [answer] = (await once(socket, 'upgrade')) as [IncomingMessage]
  expect(answer.headers['sec-websocket-extensions']).toBeUndefined()
  if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open')
  expect(socket.extensions).toBe('')
  const data = JSON.stringify({ userID: 'ann', token, padding: 'x'.repeat(10_000) })
  socket.send(JSON.stringify({ reqFuncName: 'Login', operationID: 'op', userID: 'ann', data }))
  const [frame] = (await once(socket, 'message')) as [Buffer]
  expect(JSON.parse(frame.toString())).toMatchObject({ event: 'Login', errCode: 0 })
  socket.terminate()
})
