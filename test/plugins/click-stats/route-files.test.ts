import type { FastifyReply, FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import clickStats from '../../../src/plugins/click-stats/index.ts'
import type { RequestClicks } from '../../../src/plugins/click-stats/service.ts'
import type { TargetClicks } from '../../../src/plugins/click-stats/target-clicks.ts'
import database from '../../../src/plugins/database/index.ts'
import type { FileRoutes } from '../../../src/plugins/file-routes/service.ts'
import { fakeClock, testPlugin } from '../../../src/testing/index.ts'
import { banner, noon, secret } from './rig.ts'

test('route files count clicks of whoever makes the request', async () => {
  const members = new Map<string, (request: FastifyRequest, reply: FastifyReply) => unknown>()
  const fileRoutes: FileRoutes = { extend: (name, make) => void members.set(name, make), routes: () => [] }
  const sessions = {
    userOf: ({ headers }: FastifyRequest) => ({
      isLogin: true,
      identity: String(headers['x-user']),
      schoolnum: '04'
    })
  }
  await using app = await testPlugin(clickStats, {
    config: { secret },
    services: { clock: fakeClock(noon), fileRoutes, sessions: sessions as never },
    with: [[apiError], [database, { file: ':memory:' }]]
  })
  expect([...members.keys()]).toEqual(['clicks'])
  const clicksOf = (name: string): RequestClicks => {
    const request = { headers: { 'x-user': name }, ip: '192.0.2.1' }
    return members.get('clicks')?.(request as never, {} as never) as RequestClicks
  }
  const [alice, bob] = [clicksOf('alice'), clicksOf('bob')]
  await alice.put({ ...banner(noon), audience: '04' })
  expect(await alice.click('banner', 'spring')).toBe('https://example.com/spring')
  expect(await bob.click('banner', 'spring')).toBe('https://example.com/spring')
  await expect(bob.click('banner', 'autumn')).rejects.toMatchObject({ entry: { key: 'click.unknown' } })
  expect(await bob.list('banner', { size: 1 })).toMatchObject({
    items: [{ id: 'spring' }],
    total: 1,
    page: 1,
    size: 1
  })
  await (app.service as TargetClicks).flush()
  expect((await alice.counts({ kind: 'banner' })).items).toMatchObject([{ clicks: { unique: 2, raw: 2 } }])
  expect([
    alice.kinds,
    await alice.remove('banner', 'spring'),
    await alice.remove('banner', 'spring')
  ]).toEqual([['banner', 'activity'], true, false])
})
