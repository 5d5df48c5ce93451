import { expect, test } from 'vitest'
import { ReturningClients } from '../../../../src/plugins/im-ws-gateway/gateway/returning-clients.ts'

const ann = { token: 'a', endedAt: 0, isLoggedOut: true }
const bob = { token: 'b', endedAt: 5, isLoggedOut: true }
const any = (): boolean => true

test('who is back 2 s after the end of its socket is so once, and only where it came from', () => {
  const clients = new ReturningClients()
  clients.ended('1.2.3.4', ann, 1_000)
  expect(clients.takeBack('1.2.3.5', 3_000, any)).toBeUndefined()
  expect(clients.takeBack('1.2.3.4', 3_000, any)).toBe(ann)
  expect(clients.takeBack('1.2.3.4', 3_001, any)).toBeUndefined()
})

test.each([
  ['before it can be back', 2_400],
  ['long after that', 11_000]
])('a login of the same token %s is one of its program', (_, at) => {
  const clients = new ReturningClients()
  clients.ended('1.2.3.4', ann, 1_000)
  expect(clients.takeBack('1.2.3.4', at, any)).toBeUndefined()
})

test('of several behind one address the one is taken that it may be', () => {
  const clients = new ReturningClients()
  clients.ended('1.2.3.4', ann, 1_000)
  clients.ended('1.2.3.4', bob, 1_100)
  expect(clients.takeBack('1.2.3.4', 3_200, ({ token }) => token === 'c')).toBeUndefined()
  expect(clients.takeBack('1.2.3.4', 3_200, ({ token }) => token === 'b')).toBe(bob)
  expect(clients.takeBack('1.2.3.4', 3_200, any)).toBe(ann)
})

test('what is too long ago is forgotten with the next one', () => {
  const clients = new ReturningClients()
  for (let at = 0; at < 60_000; at += 1_000) clients.ended(`10.0.0.${at / 1_000}`, ann, at)
  expect(clients.size).toBe(10)
})
