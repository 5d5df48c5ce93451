import { setImmediate as turn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { hasPostgres, startPostgres, type PostgresServer } from '../../../servers/postgres.ts'
import { hasRedis, startRedis, type RedisServer } from '../../../servers/redis.ts'
import { startGateway, temporaryFolder, type Gateway, type GatewayOptions } from '../clients/gateway.ts'
import { history, say, type Place } from '../clients/raw-chat.ts'
import type { Raw, RawFrame } from '../clients/raw-client.ts'

/** Requests that a client has under way at a time. */
const atATime = 10
/** After so many that were not done it asks no more. */
const maxRefused = 50

/** What a client sent until its socket was closed, by the ids of its messages, and what came back. */
interface Talk {
  readonly by: Raw
  readonly sent: readonly string[]
  readonly answers: ReadonlyMap<string, RawFrame>
  readonly code: number
}

/** Sends messages, many at a time, until the socket is closed; not for ever where it is told that they are not done. */
async function talk(raw: Raw, to: string): Promise<Talk> {
  const sent: string[] = []
  const answers = new Map<string, RawFrame>()
  let seen = 0
  let refused = 0
  const look = (): void => {
    for (const frame of raw.frames.slice(seen)) {
      if (!frame.operationID.includes(' says ')) continue
      answers.set(frame.operationID, frame)
      if (frame.errCode !== 0) refused++
    }
    seen = raw.frames.length
  }
  for (; raw.socket.readyState === WebSocket.OPEN; look()) {
    if (sent.length - answers.size < atATime && refused < maxRefused) {
      const clientMsgID = `${raw.userID} says ${sent.length}`
      const message = JSON.stringify({ clientMsgID, contentType: 101, textElem: { content: clientMsgID } })
      const data = JSON.stringify([message, to, '', '{}', false])
      const name = { reqFuncName: 'SendMessageNotOss', operationID: clientMsgID, userID: raw.userID }
      raw.write(JSON.stringify({ ...name, data }))
      sent.push(clientMsgID)
    }
    await turn()
  }
  const code = await raw.closed
  look()
  return { by: raw, sent, answers, code }
}

/** All that somebody has said to the other one. */
async function saidBy(userID: string, raw: Raw, to: Place): Promise<string[]> {
  const ids: string[] = []
  for (let start = ''; ;) {
    const page = await history(raw, to, 1_000, start)
    ids.unshift(...page.filter(({ sendID }) => sendID === userID).map(({ clientMsgID }) => clientMsgID))
    const [first] = page
    if (!first) return ids
    start = first.clientMsgID
  }
}

const open: Gateway[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(gateway => gateway[Symbol.asyncDispose]()))
})

async function opened(options: GatewayOptions): Promise<Gateway> {
  const gateway = await startGateway(options)
  open.push(gateway)
  return gateway
}

/**
 * Closes a gateway while people talk on it, and has them ask again on another one what was not done.
 * @returns what is wrong
 */
async function closeUnder(closing: Gateway, next: () => Promise<Gateway>): Promise<string[]> {
  const wrong: string[] = []
  const raws = await Promise.all(['ann', 'bob'].map(userID => closing.raw({ userID, dialect: '3' })))
  const peerOf = (raw: Raw): string => (raw.userID === 'ann' ? 'bob' : 'ann')
  const talking = raws.map(raw => talk(raw, peerOf(raw)))
  await Promise.all(raws.map(raw => raw.until('has talked', frames => frames.length > 40)))
  await closing.close()

  const other = await next()
  for (const { by, sent, answers, code } of await Promise.all(talking)) {
    const { userID } = by
    const to = { userID: peerOf(by) }
    const raw = await other.raw({ userID, dialect: '3' })
    const kept = [...answers].filter(([, { errCode }]) => errCode === 0).map(([id]) => id)
    // What was begun was answered, and what was not answered was not begun.
    if (!isDeepStrictEqual(await saidBy(userID, raw, to), kept)) wrong.push('not kept as answered')
    for (const { errCode, errMsg } of answers.values())
      if (errCode !== 0 && errMsg !== 'the gateway closes, ask again: it was not done') wrong.push(errMsg)
    if (sent.length - answers.size > atATime) wrong.push('not answered in time')
    if (code !== 1001) wrong.push(`closed with ${code}`)
    const done = new Set(kept)
    for (const clientMsgID of sent) if (!done.has(clientMsgID)) await say(raw, to, clientMsgID)
    if (!isDeepStrictEqual(await saidBy(userID, raw, to), sent)) wrong.push('not all is kept once')
  }
  return wrong
}

test('a gateway that is alone does what it answers, and answers what it does, until it has closed', async () => {
  using folder = temporaryFolder()
  const file = folder.file('im.db')
  const first = await opened({ file })
  expect(await closeUnder(first, () => opened({ file }))).toEqual([])
})

describe.skipIf(!hasRedis || !hasPostgres)(
  'of nodes with one Redis and one PostgreSQL',
  { timeout: 60_000 },
  () => {
    let redis: RedisServer
    let postgres: PostgresServer
    beforeAll(async () => {
      ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
    })
    beforeEach(() => redis.client.flushall())
    afterAll(async () => {
      await redis[Symbol.asyncDispose]()
      await postgres[Symbol.asyncDispose]()
    })

    async function nodes(): Promise<readonly [host: Gateway, other: Gateway]> {
      const url = await postgres.database()
      for (let at = 0; at < 2; at++) {
        const gateway = await opened({
          engine: { driver: 'postgres', postgres: { url } },
          state: { driver: 'redis', redis: { url: redis.url } },
          // So few are told to go at once all the same, and another node has time to take over.
          config: { hostLeaseMs: 10_000, drainMs: 3_000 }
        })
        await gateway.rest.register('nobody')
      }
      const [host, other] = open
      if (!host || !other) throw new Error('two nodes were started')
      expect([host, other].map(({ im }) => im.status().nodes?.isHost)).toEqual([true, false])
      return [host, other]
    }

    test('one that passes requests on to the host closes: what it did it has answered', async () => {
      const [host, other] = await nodes()
      expect(await closeUnder(other, async () => host)).toEqual([])
    })

    test('the host closes: what it did it has answered, though another node runs the chat meanwhile', async () => {
      const [host, other] = await nodes()
      expect(await closeUnder(host, async () => other)).toEqual([])
      expect(other.im.status().nodes?.isHost).toBe(true)
    })

    test('while the host closes, every request on another node is answered', async () => {
      const [host, other] = await nodes()
      const [ann] = await Promise.all(['ann', 'bob'].map(userID => other.raw({ userID, dialect: '3' })))
      if (!ann) throw new Error('she is there')
      const said: string[] = []
      const end = new AbortController()
      const talking = (async () => {
        while (!end.signal.aborted) {
          const ids = Array.from({ length: atATime }, (_, at) => `${said.length + at}`)
          await Promise.all(ids.map(id => say(ann, { userID: 'bob' }, id)))
          said.push(...ids)
        }
      })()
      await ann.until('has said something', () => said.length > 100)
      await host.close()
      const before = said.length
      await ann.until('goes on', () => said.length > before)
      end.abort()
      await talking
      expect(await saidBy('ann', ann, { userID: 'bob' })).toEqual(said)
    })
  }
)
