import { expect, test } from 'vitest'
import { twoNodes } from './nodes.ts'

test('a forced logout on another node ends the connections with the tokens that there were', async () => {
  await using nodes = await twoNodes({ policy: 'share' })
  const { here, tokens } = nodes
  tokens.issued.set('u1/5/new', 2_000)
  const clients = [
    await here.start({ token: 'u1/5/old' }),
    await here.start({ token: 'u1/5/new' }),
    await here.start({ platformID: 1 }),
    await here.start({ userID: 'u2' })
  ]
  const told = (platformID: number): void => {
    for (const watch of tokens.watchers) watch({ userID: 'u1', platformID, until: 1_999 })
  }
  told(5)
  await clients[0]?.event('OnKickedOffline')
  const states = async (): Promise<(string | undefined)[]> =>
    Promise.all(clients.map(async client => (await client.request('GetLoginStatus')).data))
  expect(await states()).toEqual(['1', '3', '3', '3'])
  told(0)
  told(0)
  await clients[2]?.event('OnKickedOffline')
  expect(await states()).toEqual(['1', '3', '1', '3'])
  expect(here.count('logged_out_by_other_nodes_total')).toBe(2)
})

test('it says how many connections of its own node it has ended', async () => {
  await using nodes = await twoNodes({ policy: 'share' })
  await nodes.here.start()
  await nodes.here.start()
  await nodes.there.start()
  expect(await nodes.here.gateway.forceLogout('u1')).toBe(2)
  expect(nodes.here.count('logged_out_by_other_nodes_total')).toBe(0)
})
