import { describe, expect, test } from 'vitest'
import type { RouteCacheOptions } from '../../../src/plugins/cache/service.ts'
import { gateway } from './gateway.ts'
import { failure, hour, minute, second } from './rig.ts'

const ws3 = { dialect: 'ws3' } as const

describe('the headers of an answer', () => {
  const timeline = async (policy: string | RouteCacheOptions, headers: Record<string, string> = {}) => {
    let fails = false
    const app = await gateway({
      routes: routes =>
        void routes.get('/', { config: { cache: policy, ...ws3 } }, () => {
          if (fails) throw failure(503)
          return 'x'
        })
    })
    const told = async () => {
      const { headers: got, body } = await app.inject({ url: '/', headers })
      const { code } = JSON.parse(body) as { code: number }
      return [code, got['cache-status'], got['age'], got['cache-control']]
    }
    return { app, told, fail: () => (fails = true) }
  }

  test('tell how it was come by, how old it is, and for how long others may keep it: a lazy policy', async () => {
    const { app, told, fail } = await timeline({ policy: { ttl: '10m+', jitter: 0, grace: '2h' } })
    await using _ = app
    const control = 'public, max-age=600, stale-while-revalidate=7200, stale-if-error=7200'
    expect(await told()).toEqual([200, 'paifang; fwd=miss; stored; ttl=600', '0', control])
    await app.clock.advance(minute)
    expect(await told()).toEqual([200, 'paifang; hit; ttl=540', '60', control])
    await app.clock.advance(10 * minute)
    fail()
    expect(await told()).toEqual([
      203,
      'paifang; hit; ttl=-60; detail=stale-while-revalidate',
      '660',
      control
    ])
    await app.clock.advance(second)
    expect(await told()).toEqual([203, 'paifang; hit; ttl=-61; detail=stale-if-error', '661', control])
    await app.clock.advance(2 * hour)
    expect(await told()).toEqual([503, undefined, undefined, 'no-store'])
  })

  test('the same for a normal policy', async () => {
    const { app, told, fail } = await timeline({ policy: { ttl: '10m', jitter: 0, grace: '2h' } })
    await using _ = app
    const control = 'public, max-age=600, stale-if-error=7200'
    await told()
    await app.clock.advance(11 * minute)
    expect(await told()).toEqual([200, 'paifang; fwd=stale; stored; ttl=600', '0', control])
    await app.clock.advance(11 * minute)
    fail()
    expect(await told()).toEqual([203, 'paifang; hit; ttl=-60; detail=stale-if-error', '660', control])
  })

  test.each(['authorization', 'cookie', 'token'])(
    'what came for somebody with %s is not for caches that others share',
    async name => {
      const { app, told } = await timeline('10m', { [name]: 'x' })
      await using _ = app
      expect((await told())[3]).toMatch(/^private, max-age=/)
    }
  )

  test('no Cache-Control where the route or the handler says so', async () => {
    await using app = await gateway({
      routes(routes) {
        routes.get('/none', { config: { cache: { policy: '10m', cacheControl: false } } }, () => 1)
        routes.get(
          '/own',
          { config: { cache: '10m' } },
          (_, reply) => (reply.header('Cache-Control', 'max-age=1'), 1)
        )
      }
    })
    for (const _ of ['first', 'later']) {
      const [none, own] = await Promise.all(['/none', '/own'].map(url => app.inject(url)))
      expect([none?.headers['cache-control'], own?.headers['cache-control']]).toEqual([
        undefined,
        'max-age=1'
      ])
      expect(none?.headers).toHaveProperty('cache-status')
    }
  })

  test('an answer that several waited for says so', async () => {
    let finish: (value: number) => void = () => {}
    const work = new Promise<number>(resolve => (finish = resolve))
    await using app = await gateway({
      routes: routes => void routes.get('/', { config: { cache: '10m' } }, () => work)
    })
    const both = Promise.all([app.inject('/'), app.inject('/')])
    await app.clock.advance(0)
    finish(1)
    const statuses = (await both).map(({ headers }) =>
      String(headers['cache-status']).replace(/; ttl=\d+/, '')
    )
    expect(statuses.toSorted()).toEqual(['paifang; fwd=miss; stored', 'paifang; fwd=miss; stored; collapsed'])
  })

  test('Vary names the headers that the key is made of, beside others', async () => {
    let calls = 0
    await using app = await gateway({
      routes: routes =>
        void routes.get(
          '/',
          { config: { cache: { policy: '10m', vary: ['X-City', 'Accept'] }, dialect: 'plain' } },
          () => ++calls
        )
    })
    const data: unknown[] = []
    for (const city of ['nanjing', 'wuxi', 'nanjing']) {
      const response = await app.inject({ url: '/', headers: { 'x-city': city } })
      expect(response.headers['vary']).toBe('accept, x-city')
      data.push(response.json<{ data: number }>().data)
    }
    expect(data).toEqual([1, 2, 1])
  })
})
