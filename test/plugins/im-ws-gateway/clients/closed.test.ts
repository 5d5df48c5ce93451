import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { newClient, type Client } from './client.ts'
import { versions, type Version } from './packages.ts'

/** How programs hear of a call: its code, or never. */
type Outcome = number | 'never'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]()
})

/** A server that lets clients log in, and closes with 1001 in place of the next answer. */
async function closingServer(): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  open.push({
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    }
  })
  server.on('connection', socket => {
    socket.on('message', (bytes: Buffer) => {
      const { reqFuncName: event, operationID } = JSON.parse(bytes.toString()) as Record<string, string>
      const answer = { event, errCode: 0, errMsg: '', data: '', operationID }
      if (event === 'Login') socket.send(JSON.stringify(answer))
      else socket.close(1001)
    })
  })
  await once(server, 'listening')
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What a call has come to by the time at which all has happened that will, but for timers. */
function outcomeOf(client: Client): () => Promise<Outcome> {
  let outcome: Outcome = 'never'
  const settled = ({ errCode }: { readonly errCode: number }): void => void (outcome = errCode)
  const called = client.sdk['createTextMessage'] as (text: string) => Promise<never>
  called('hello').then(settled, settled)
  return async () => {
    await client.settled('is closed', () => client.sockets.open === 0)
    for (let at = 0; at < 10; at++) await turn()
    return outcome
  }
}

const expected: Readonly<Record<Version, readonly [onItsWay: Outcome, after: Outcome]>> = {
  '2.0.3': ['never', 'never'],
  '2.3.0': [111, 112],
  '3.5.2': ['never', 'never']
}

test.each(versions)(
  '%s: what becomes of calls that are not answered before the close, and of later ones',
  async version => {
    const url = await closingServer()
    const client = newClient({ version, url, userID: 'ann', token: 't' })
    open.push(client)
    expect((await client.login()).errCode).toBe(0)
    const onItsWay = await outcomeOf(client)()
    const after = await outcomeOf(client)()
    expect([onItsWay, after]).toEqual(expected[version])
  }
)
