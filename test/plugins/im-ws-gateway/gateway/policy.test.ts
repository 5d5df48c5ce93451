import { expect, test } from 'vitest'
import { kickedBy, terminalOf, type Instance } from '../../../../src/plugins/im-ws-gateway/gateway/policy.ts'
import type { Dialect } from '../../../../src/plugins/im-ws-gateway/wire/index.ts'

const on = (platformID: number, token: string, dialect: Dialect = '3'): Instance => ({
  platformID,
  token,
  dialect
})

test('terminals are those of OpenIM 3: PC, mobile and pad are kinds, everything else is one by itself', () => {
  const kinds = [[3, 4, 7], [1, 2], [8, 9], [5], [6], [10], [11]]
  const names = kinds.map(platforms => new Set(platforms.map(terminalOf)))
  expect(names.every(({ size }) => size === 1)).toBe(true)
  expect(new Set(names.flatMap(set => [...set])).size).toBe(kinds.length)
})

test('share ends nobody', () => {
  expect(kickedBy('share', on(5, 'b'), [on(5, 'a'), on(1, 'c'), on(5, 'b')])).toEqual([])
})

test('kick-same-terminal ends those on the same kind of terminal, and refuses their tokens', () => {
  const others = [on(3, 'a'), on(4, 'b'), on(5, 'c'), on(1, 'd')]
  const verdicts = kickedBy('kick-same-terminal', on(7, 'new'), others)
  expect(verdicts).toEqual(others.slice(0, 2).map(connection => ({ connection, kickToken: true })))
})

test('kick-all-others ends all, and refuses their tokens', () => {
  const others = [on(3, 'a'), on(5, 'c', '2.0'), on(1, 'd', '2.3')]
  const verdicts = kickedBy('kick-all-others', on(7, 'new'), others)
  expect(verdicts).toEqual(others.map(connection => ({ connection, kickToken: true })))
})

test.each<readonly [Dialect, Dialect, boolean]>([
  ['3', '3', true],
  ['2.0', '3', false],
  ['3', '2.0', false],
  ['2.3', '2.3', false],
  ['2.0', '2.3', false]
])('with one token, the older of %s and the newer of %s: the older one goes is %s', (older, newer, goes) => {
  for (const policy of ['kick-same-terminal', 'kick-all-others'] as const) {
    const connection = on(5, 'same', older)
    const verdicts = kickedBy(policy, on(5, 'same', newer), [connection])
    expect(verdicts).toEqual(goes ? [{ connection, kickToken: false }] : [])
  }
})
