import { expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import type { Client } from './client.ts'
import { startGateway, temporaryFolder } from './gateway.ts'

interface Status {
  readonly userID: string
  readonly status: number
}

/** `bob online`, in the order in which the client was told. */
function heard({ events }: Client): readonly string[] {
  return events
    .filter(({ name }) => name === 'OnUserStatusChanged')
    .map(({ data }) => data as Status)
    .map(({ userID, status }) => `${userID} ${status ? 'online' : 'offline'}`)
}

test('3.5.2 is told after a restart who of those whom it watches does not come back', async () => {
  using folder = temporaryFolder()
  const file = folder.file('im.db')
  const first = await startGateway({ file })
  const online = (userID: string): Promise<Client> =>
    first.online({ version: '3.5.2', userID, clock: fakeClock(Date.now()) })
  const ann = await online('ann')
  const bob = await online('bob')
  const cid = await online('cid')
  const watched = (await ann.ask('subscribeUsersStatus', ['bob', 'cid'])) as readonly Status[]
  expect(watched.map(({ status }) => status)).toEqual([1, 1])
  await first.close()
  await ann.settled('is closed', () => ann.sockets.open === 0)

  const clock = fakeClock(Date.now())
  await using second = await startGateway({ file, port: first.port, clock })
  await using _ann = ann
  await using _cid = cid
  await bob[Symbol.asyncDispose]()
  const before = heard(ann).length
  const told = (): readonly string[] => heard(ann).slice(before)
  await ann.clock.advance(5_000)
  await ann.settled('is back', () => ann.events.at(-1)?.name === 'OnSyncServerFinish')
  await cid.clock.advance(5_000)
  await ann.settled('hears that cid is back', () => told().length === 1)
  for (let ms = 0; ms < 60_000; ms += 10_000) {
    expect(told()).toEqual(['cid online'])
    await clock.advance(10_000)
    // A ping that went out has been answered when two requests after it were.
    for (const client of [ann, cid, ann, cid]) await client.ask('getLoginStatus')
  }
  await ann.settled('hears that bob is not', () => told().length > 1)
  expect(told()).toEqual(['cid online', 'bob offline'])
  expect(await ann.ask('getSubscribeUsersStatus')).toMatchObject([
    { userID: 'bob', status: 0 },
    { userID: 'cid', status: 1 }
  ])
  expect(second.port).toBe(first.port)
})
