import { expect, test } from 'vitest'
import {
  ReturningClients,
  type PastSession
} from '../../../../src/plugins/im-ws-gateway/gateway/returning-clients.ts'

const network = '1.2.3.4'
const past = (userID: string, given: Partial<PastSession> = {}): PastSession => ({
  userID,
  platformID: 5,
  token: `t-${userID}`,
  endedAt: 500,
  isLoggedOut: true,
  ...given
})
const comes = (userID: string, given = {}) => ({
  network,
  userID,
  platformID: 5,
  token: `t-${userID}`,
  ...given
})

test('who has logged out and is back 2 s after the end of its socket is so once, and where it came from', () => {
  const clients = new ReturningClients()
  const ann = past('ann')
  clients.ended(network, ann, 1_000)
  expect(clients.takeLoggedOut(comes('ann', { network: '1.2.3.5' }), 3_000)).toBeUndefined()
  expect(clients.takeLoggedOut(comes('bob'), 3_000)).toBeUndefined()
  expect(clients.takeLoggedOut(comes('ann'), 3_000)).toBe(ann)
  expect(clients.takeLoggedOut(comes('ann'), 3_001)).toBeUndefined()
})

test.each([
  ['before it can be back', 2_400],
  ['long after that', 11_000]
])('a login with the same token %s is one of its program', (_, at) => {
  const clients = new ReturningClients()
  clients.ended(network, past('ann'), 1_000)
  expect(clients.takeLoggedOut(comes('ann'), at)).toBeUndefined()
})

test('who was kicked may come back: that is refused elsewhere', () => {
  const clients = new ReturningClients()
  clients.ended(network, past('ann', { isLoggedOut: false }), 1_000)
  expect(clients.takeLoggedOut(comes('ann'), 3_000)).toBeUndefined()
})

test('one whose program has logged in again meanwhile is back a second time, as the same user or after a logout', () => {
  const clients = new ReturningClients()
  clients.ended(network, past('ann', { isLoggedOut: false }), 1_000)
  expect(clients.isSecond(comes('ann', { token: 'new' }), 700, 3_000)).toBe(true)
  expect(clients.isSecond(comes('bob'), 700, 3_000)).toBe(false)
  clients.ended(network, past('cleo'), 1_100)
  expect(clients.isSecond(comes('bob'), 700, 3_000)).toBe(true)
  expect(clients.isSecond(comes('bob', { platformID: 1 }), 700, 3_000)).toBe(false)
  // A session from before is another one.
  expect(clients.isSecond(comes('bob'), 400, 3_000)).toBe(false)
  expect(clients.isSecond(comes('bob'), 700, 12_000)).toBe(false)
})

test('one that is back for another user takes nothing from who is to be held', () => {
  const clients = new ReturningClients()
  const ann = past('ann')
  clients.ended(network, ann, 1_000)
  clients.ended(network, past('bob'), 1_000)
  expect(clients.isSecond(comes('cleo'), 800, 3_000)).toBe(true)
  expect(clients.takeLoggedOut(comes('ann'), 3_000)).toBe(ann)
})

test('little is remembered of a network, and nothing for long', () => {
  const clients = new ReturningClients()
  for (let index = 0; index < 100; index++) clients.ended(network, past(`u${index}`), 1_000)
  expect(clients.takeLoggedOut(comes('u35'), 3_000)).toBeUndefined()
  expect(clients.takeLoggedOut(comes('u36'), 3_000)).toBeDefined()
  expect(clients.takeLoggedOut(comes('u99'), 3_000)).toBeDefined()
  clients.ended('9.9.9.9', past('x'), 20_000)
  expect([clients.mayBeBack(network), clients.mayBeBack('9.9.9.9')]).toEqual([false, true])
})
