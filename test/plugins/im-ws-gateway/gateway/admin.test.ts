import { expect, test } from 'vitest'
import { MethodTimes } from '../../../../src/plugins/im-ws-gateway/gateway/method-times.ts'
import { withAdmin } from './with-admin.ts'

test('operators see who is connected, by user, platform and version', async () => {
  await using admin = await withAdmin({ config: { policy: 'share' } })
  await admin.rig.start({ userID: 'u1', dialect: '2.0' })
  await admin.rig.start({ userID: 'u1', platformID: 1 })
  await admin.rig.start({ userID: 'u1', platformID: 1 })
  await admin.rig.start({ userID: 'u2', dialect: '2.3' })
  expect(await admin.get('/status')).toMatchObject({
    connections: 4,
    users: 2,
    byPlatform: { 1: 2, 5: 2 },
    byDialect: { '2.0': 1, '2.3': 1, '3': 2 },
    counters: { logins_total: 4, opened_total: 4 }
  })
  expect(await admin.get('/users')).toEqual({
    total: 2,
    users: [
      { userID: 'u1', connections: 3, platforms: [5, 1] },
      { userID: 'u2', connections: 1, platforms: [5] }
    ]
  })
  expect(await admin.get('/users?offset=1&limit=1')).toMatchObject({ users: [{ userID: 'u2' }] })
})

test('pages are bounded', async () => {
  await using admin = await withAdmin()
  for (const query of ['limit=0', 'limit=1001', 'limit=x', 'offset=-1'])
    expect(await admin.get(`/users?${query}`)).toMatchObject({ statusCode: 400 })
})

test('what waits, and what is slow', async () => {
  await using admin = await withAdmin()
  let end = (): void => undefined
  admin.rig.cores.behaviours.set(
    'getTotalUnread',
    () => new Promise<number>(resolve => (end = () => resolve(0)))
  )
  const client = await admin.rig.start()
  const asked = [client.ask('GetTotalUnreadMsgCount'), client.ask('GetTotalUnreadMsgCount')]
  await admin.rig.until(() => admin.rig.count('frames_total') === 3)
  expect(await admin.get('/queues')).toEqual({
    queues: [{ userID: 'u1', platformID: 5, dialect: '3', queuedBytes: 0, waitingRequests: 1 }]
  })
  end()
  await client.answerTo(asked[0] ?? '')
  const { methods } = (await admin.get('/methods')) as unknown as {
    methods: { method: string; count: number }[]
  }
  expect(methods).toContainEqual(
    expect.objectContaining({ method: 'GetTotalUnreadMsgCount', count: 1, errors: 0 })
  )
  expect(methods).toContainEqual(expect.objectContaining({ method: 'Login', count: 1 }))
  end()
})

test('methods nobody knows are counted under one name', async () => {
  await using admin = await withAdmin()
  const client = await admin.rig.start()
  for (let count = 0; count < 5; count++) await client.request(`NoSuch${count}`)
  const { methods } = (await admin.get('/methods')) as unknown as { methods: { method: string }[] }
  expect(methods.map(({ method }) => method).toSorted()).toEqual(['(unreadable)', 'Login'])
  expect(methods).toContainEqual(expect.objectContaining({ method: '(unreadable)', count: 5, errors: 5 }))
})

test('they can end the sessions of a user', async () => {
  await using admin = await withAdmin({ config: { policy: 'share' } })
  const clients = [await admin.rig.start(), await admin.rig.start({ platformID: 1 })]
  expect(await admin.post('/users/u1/logout?platformID=1')).toEqual({ ended: 1 })
  await clients[1]?.event('OnKickedOffline')
  expect(await admin.post('/users/u1/logout')).toEqual({ ended: 1 })
  expect(await admin.post('/users/u1/logout?platformID=99')).toMatchObject({ statusCode: 400 })
})

test('times are told within a factor of √2, the slowest methods first', () => {
  const times = new MethodTimes()
  for (let ms = 1; ms <= 100; ms++) times.add('slow', ms, ms > 90)
  for (let count = 0; count < 99; count++) times.add('fast', 0.1, false)
  times.add('fast', 200_000, true)
  const [slow, fast] = times.slowest(10)
  expect(slow).toMatchObject({ method: 'slow', count: 100, errors: 10, maxMs: 100 })
  expect(slow?.p50Ms).toBeGreaterThanOrEqual(50)
  expect(slow?.p50Ms).toBeLessThan(50 * Math.SQRT2)
  expect(slow?.p99Ms).toBe(100)
  expect(fast).toEqual({ method: 'fast', count: 100, errors: 1, p50Ms: 0.25, p99Ms: 0.25, maxMs: 200_000 })
  expect(times.slowest(1).map(({ method }) => method)).toEqual(['slow'])
})
