import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { newClient } from './client.ts'
import { versions, type Version } from './packages.ts'

/** When a client is back after its socket has ended (specification §1.4). */
const backAfterMs: Readonly<Record<Version, number>> = { '2.0.3': 2_000, '2.3.0': 10_500, '3.5.2': 5_000 }

let server: WebSocketServer | undefined
afterEach(() => {
  server?.close()
})

/** Answers everything with the code that it is told, or with a frame that 2.x clients do not survive. */
async function startServer(): Promise<{ url: string; errCode: number; event: string | undefined }> {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const state = { url: `ws://127.0.0.1:${port}/`, errCode: 0, event: 'Answer' as string | undefined }
  server.on('connection', socket => {
    socket.on('message', (bytes: Buffer) => {
      const { operationID, reqFuncName } = JSON.parse(bytes.toString()) as Record<string, string>
      const event = state.event === 'Answer' ? reqFuncName : state.event
      socket.send(JSON.stringify({ event, errCode: state.errCode, errMsg: '', data: '', operationID }))
    })
  })
  return state
}

test.each(versions)(
  '%s lives in the time that it is given, and its unseen refusals are kept',
  async version => {
    const state = await startServer()
    await using client = newClient({ version, url: state.url, userID: 'ann', token: 't' })
    expect(await client.login()).toMatchObject({ event: 'Login', errCode: 0 })
    state.errCode = 7
    expect(await client.call('getSelfUserInfo')).toMatchObject({ errCode: 7 })
    for (const socket of server?.clients ?? []) socket.close(1001)
    await client.settled('is closed', () => client.sockets.open === 0)
    await client.clock.advance(backAfterMs[version] - 1)
    expect(client.sockets.opened).toBe(1)
    await client.clock.advance(1)
    await client.settled('is refused', () => client.sockets.opened === 2 && client.failures.length > 0)
    expect(client.failures).toMatchObject([{ event: 'Login', errCode: 7 }])
  }
)

test.each(['2.0.3', '2.3.0'] as const)('what a handler of %s throws is kept', async version => {
  const state = await startServer()
  await using client = newClient({ version, url: state.url, userID: 'ann', token: 't' })
  await client.login()
  state.event = undefined
  const asked = client.call('getSelfUserInfo')
  await client.settled('has failed', () => client.failures.length > 0)
  expect(client.failures.map(String)).toEqual([expect.stringMatching(/^TypeError: .*toUpperCase/)])
  state.event = 'GetSelfUserInfo'
  // The clients have no time limit of their own.
  expect(await Promise.race([asked, client.call('getSelfUserInfo')])).toMatchObject({ errCode: 0 })
})
