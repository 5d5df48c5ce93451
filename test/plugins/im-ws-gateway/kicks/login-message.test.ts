import { expect, test } from 'vitest'
import { maxLogins, readLogins } from '../../../../src/plugins/im-ws-gateway/kicks/login-message.ts'

const login = { userID: 'u1', platformID: 5, dialect: '3', digest: 'd'.repeat(43), at: 1 }
const node = '0123456789abcdef'

test('a message says which node it is from, and who is logged in there', () => {
  const message = { node, logins: [login, { ...login, dialect: '2.0', platformID: 11 }] }
  expect(readLogins(JSON.stringify(message))).toEqual(message)
})

test('as many logins as a message may hold fit, whatever their ids consist of', () => {
  const longest = { ...login, userID: '\u0001'.repeat(160), at: 8.64e15 }
  const message = { node, logins: Array.from({ length: maxLogins }, () => longest) }
  expect(readLogins(JSON.stringify(message))).toEqual(message)
})

test.each<readonly [string, string]>([
  ['no JSON', '{'],
  ['null', 'null'],
  ['a list', '[]'],
  ['no node', JSON.stringify({ logins: [login] })],
  ['a strange node', JSON.stringify({ node: 'x', logins: [login] })],
  ['nobody', JSON.stringify({ node, logins: [] })],
  ['too many', JSON.stringify({ node, logins: Array.from({ length: maxLogins + 1 }, () => login) })],
  ['a member too much', JSON.stringify({ node, logins: [{ ...login, token: 'x' }] })],
  ['too long', `${JSON.stringify({ node, logins: [login] })}${' '.repeat(65_536)}`],
  ...Object.entries({
    userID: ['', 'u'.repeat(161), 7],
    platformID: [0, 12, 1.5, '5'],
    dialect: ['4', 3],
    digest: ['short', `${'d'.repeat(42)}.`],
    at: [0, -1, 1.5, 8.64e15 + 1, '1', null]
  }).flatMap(([name, values]) =>
    values.map(
      value =>
        [
          `${name} ${JSON.stringify(value).slice(0, 20)}`,
          JSON.stringify({ node, logins: [{ ...login, [name]: value }] })
        ] as const
    )
  )
])('%s is no message', (_, text) => {
  expect(readLogins(text)).toBeUndefined()
})
