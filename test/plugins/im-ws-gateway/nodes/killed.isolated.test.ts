import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hasPostgres, startPostgres } from '../../../servers/postgres.ts'
import { hasRedis, startRedis } from '../../../servers/redis.ts'
import { heard, hears, history, say } from '../clients/chat.ts'
import { startGateway } from '../clients/gateway.ts'
import { within } from '../clients/within.ts'
import type { HostArguments } from './host-process.ts'

test.skipIf(!hasRedis || !hasPostgres)(
  'the process that runs the chat is killed with -9 while people talk on two other nodes, who notice nothing',
  { timeout: 60_000 },
  async () => {
    await using redis = await startRedis()
    await using postgres = await startPostgres()
    const given: HostArguments = { postgresUrl: await postgres.database(), redisUrl: redis.url }
    const host = fork(fileURLToPath(new URL('host-process.ts', import.meta.url)), [JSON.stringify(given)], {
      execArgv: ['--import', import.meta.resolve('tsx')]
    })
    expect(((await once(host, 'message')) as [object])[0]).toMatchObject({ isHost: true })
    const node = () =>
      startGateway({
        engine: { driver: 'postgres', postgres: { url: given.postgresUrl } },
        state: { driver: 'redis', redis: { url: given.redisUrl } },
        config: { hostLeaseMs: 1_000 }
      })
    await using one = await node()
    await using two = await node()
    const ann = await one.online({ version: '3.5.2', userID: 'ann' })
    const bob = await two.online({ version: '2.3.0', userID: 'bob' })
    expect([one, two].map(({ im }) => im.status().nodes?.isHost)).toEqual([false, false])
    const acknowledged: string[] = []
    const talking = Promise.all(
      [ann, bob].map(async (client, at) => {
        for (let turn = 0; turn < 60; turn++) {
          const { text } = await say(client, { userID: at ? 'ann' : 'bob' }, `${client.userID} ${turn}`)
          acknowledged.push(text)
        }
      })
    )
    await hears(bob, 'ann 10')
    host.kill('SIGKILL')
    await once(host, 'exit')
    await within('the talk', talking, 30_000)
    await Promise.all([hears(ann, 'bob 59'), hears(bob, 'ann 59')])
    const texts = (await history(ann, { userID: 'bob' }, 200)).map(({ text }) => text)
    expect(texts.toSorted()).toEqual(acknowledged.toSorted())
    for (const client of [ann, bob]) {
      const own = `${client.userID} `
      expect(heard(client).map(({ text }) => text)).toEqual(texts.filter(text => !text.startsWith(own)))
      expect(client.sockets.opened).toBe(1)
    }
    expect([one, two].filter(({ im }) => im.status().nodes?.isHost)).toHaveLength(1)
  }
)
