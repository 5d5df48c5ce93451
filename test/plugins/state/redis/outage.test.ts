import { expect, test } from 'vitest'
import { Outage, serverName } from '../../../../src/plugins/state/redis/outage.ts'
import { fakeClock } from '../../../../src/testing/index.ts'

function start() {
  const clock = fakeClock()
  const lines: string[] = []
  const log = {
    warn: (_: unknown, message: string) => void lines.push(`warn: ${message}`),
    info: (message: string) => void lines.push(`info: ${message}`)
  } as never
  const outage = new Outage({ server: 'Redis a:1', connections: ['commands', 'messages'], clock, log })
  return { clock, lines, outage }
}

const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:1'), { code: 'ECONNREFUSED' })

test('an outage is told once, however often both connections are tried, and again every minute', async () => {
  const { clock, lines, outage } = start()
  for (let second = 0; second < 150; second++) {
    outage.failed('commands', refused)
    outage.failed('messages', refused)
    await clock.advance(1_000)
  }
  expect(lines).toEqual(Array.from({ length: 3 }, () => 'warn: Redis a:1 cannot be reached: ECONNREFUSED'))
})

test('reasons of two connections are told once each, and again every minute, whatever becomes of the time', async () => {
  const { clock, lines, outage } = start()
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND a'), { code: 'ENOTFOUND' })
  for (let second = 0; second < 90; second++) {
    outage.failed('commands', refused)
    outage.failed('messages', unknown)
    clock.jump(-3_600_000)
    await clock.advance(1_000)
  }
  const both = ['ECONNREFUSED', 'ENOTFOUND'].map(code => `warn: Redis a:1 cannot be reached: ${code}`)
  expect(lines).toEqual([...both, ...both])
})

test('another reason is told at once, and the end when both connections are back', () => {
  const { lines, outage } = start()
  outage.failed('commands', refused)
  outage.failed('commands', new Error('Ready check failed: NOAUTH Authentication required.'))
  outage.ready('commands')
  expect(lines).toHaveLength(2)
  outage.ready('messages')
  outage.ready('messages')
  expect(lines.slice(1)).toEqual([
    'warn: Redis a:1 refused the login: NOAUTH',
    'info: connected to Redis a:1'
  ])
  expect(outage.reason).toBe('Redis a:1 cannot be reached: no connection')
  outage.failed('messages', refused)
  expect(lines).toHaveLength(4)
})

test('of a cluster the reason is that of its last node', () => {
  const { outage } = start()
  const error = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: refused })
  outage.failed('commands', error)
  expect(outage.reason).toContain('ECONNREFUSED')
})

test('a server is named without user and password', () => {
  const settings = {
    url: 'redis://u:p@h',
    sentinels: [],
    sentinelName: 'm',
    cluster: [],
    keyPrefix: '',
    timeoutMs: 1
  }
  expect(serverName(settings)).toBe('Redis h:6379')
  expect(serverName({ ...settings, sentinels: ['s:1', 't:2'] })).toBe('Redis m of the Sentinels s:1, t:2')
  expect(serverName({ ...settings, cluster: ['c:1'] })).toBe('Redis cluster c:1')
})
