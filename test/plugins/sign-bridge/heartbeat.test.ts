import { expect, test } from 'vitest'
import { backoffMs } from '../../../src/plugins/sign-bridge/backoff.ts'
import { Heartbeat } from '../../../src/plugins/sign-bridge/heartbeat.ts'

test('a peer that answers is pinged for ever', () => {
  const heartbeat = new Heartbeat()
  for (let count = 0; count < 10; count++) {
    expect(heartbeat.beat()).toBe('ping')
    heartbeat.ponged()
  }
})

test('anything that arrives is a sign of life', () => {
  const heartbeat = new Heartbeat()
  heartbeat.beat()
  heartbeat.heard()
  expect(heartbeat.beat()).toBe('ping')
})

test('a ping that brings nothing back ends the connection; a peer that once answered is never asked instead', () => {
  const heartbeat = new Heartbeat()
  heartbeat.beat()
  heartbeat.ponged()
  for (let count = 0; count < 5; count++)
    expect([heartbeat.beat(), heartbeat.beat()]).toEqual(['ping', 'replace'])
})

test('19: a peer that never answered a ping on two connections is asked for something harmless instead', () => {
  const heartbeat = new Heartbeat()
  const beats = Array.from({ length: 6 }, () => heartbeat.beat())
  expect(beats).toEqual(['ping', 'replace', 'ping', 'replace', 'ask', 'ask'])
  heartbeat.ponged()
  expect(heartbeat.beat()).toBe('ping')
})

test('1: waits double from the smallest to the largest, and are anything below that', () => {
  const range = { reconnectMinMs: 250, reconnectMaxMs: 15_000 }
  const longest = [1, 2, 3, 6, 7, 8, 1_000].map(attempt => backoffMs(attempt, range, () => 1))
  expect(longest).toEqual([250, 500, 1_000, 8_000, 15_000, 15_000, 15_000])
  expect(backoffMs(5, range, () => 0)).toBe(0)
})
