import { expect, test } from 'vitest'
import { gateway } from './gateway.ts'
import { person } from './people.ts'
import { minute } from './rig.ts'

interface Listed {
  readonly id: string
  readonly section: string
  readonly tags: readonly string[]
  readonly kind: string
}

/** A gateway with values of several kinds, and its admin listener. */
async function desk() {
  const logs: string[] = []
  const app = await gateway({
    logs,
    server: { adminPort: 0, logLevel: 'info' },
    users: () => person('alice'),
    routes(routes) {
      routes.get(
        '/news/:city',
        { config: { cache: { policy: { ttl: '10m', tags: ['news'] } } } },
        () => 'secret news'
      )
      routes.get('/card', { config: { cache: { policy: '10m', scope: 'user' } } }, () => 'secret balance')
    }
  })
  const handle = app.cache.define('h', { ttl: '10m', tags: ['news'] }, () => 'secret of h')
  for (const url of ['/news/a?token=secret', '/news/b', '/card']) await app.inject(url)
  await handle('secret key')
  const opened = logs.find(line => line.includes('admin listener')) ?? ''
  const base = `${(JSON.parse(opened) as { url: string }).url}/cache`
  const ask = async (path: string, body?: object): Promise<readonly [number, never, string]> => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(base + path, body && { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await response.text()
    return [response.status, JSON.parse(text) as never, text]
  }
  const list = async (query = ''): Promise<readonly Listed[]> => (await ask(`/entries${query}`))[1]['entries']
  return { app, ask, list, [Symbol.asyncDispose]: () => app.close() }
}

test('operators see what is counted', async () => {
  await using admin = await desk()
  const [status, stats] = await admin.ask('')
  expect(status).toBe(200)
  expect(stats).toEqual(admin.app.cache.stats())
  expect(stats).toMatchObject({ entries: 4, counters: { misses_total: 4 } })
})

test('values are listed by section and by tag, those wanted last first, with digests for keys and without values', async () => {
  await using admin = await desk()
  await admin.app.clock.advance(minute)
  const [, , text] = await admin.ask('/entries')
  expect(text).not.toMatch(/secret|alice/)
  const all = await admin.list()
  expect(all.map(({ section }) => section)).toEqual([
    'handle:h',
    'user:GET /card',
    'public:GET /news/:city',
    'public:GET /news/:city'
  ])
  expect(all.map(({ kind }) => kind)).toEqual(['value', 'sealed', 'value', 'value'])
  expect(all[0]).toMatchObject({
    tags: ['news'],
    ageMs: minute,
    policy: '{"ttl":"10m","tags":["news"]}',
    failures: 0
  })
  const query = new URLSearchParams({ section: 'public:GET /news/:city' })
  expect(await admin.list(`?${query.toString()}`)).toHaveLength(2)
  expect((await admin.list('?tag=news')).map(({ section }) => section).toSorted()).toEqual([
    'handle:h',
    'public:GET /news/:city',
    'public:GET /news/:city'
  ])
  expect(await admin.list('?tag=news&section=handle:h')).toHaveLength(1)
  expect(await admin.list('?tag=none')).toEqual([])
  expect(await admin.list('?limit=1')).toHaveLength(1)
})

test('values are cleared by id, by tag and by section', async () => {
  await using admin = await desk()
  const left = async (body: object): Promise<readonly string[]> => {
    expect((await admin.ask('/clear', body)).slice(0, 2)).toEqual([200, { status: 'cleared' }])
    return (await admin.list()).map(({ section }) => section)
  }
  const [own] = await admin.list('?section=handle:h')
  const news = 'public:GET /news/:city'
  expect(await left({ by: 'id', value: own?.id })).toEqual(['user:GET /card', news, news])
  expect(await left({ by: 'tag', value: 'news' })).toEqual(['user:GET /card'])
  expect(await left({ by: 'section', value: 'user:GET /card' })).toEqual([])
})

test.each([
  ['/entries?limit=0', undefined, 400],
  ['/entries?limit=1001', undefined, 400],
  ['/entries?limit=x', undefined, 400],
  ['/entries?tag=a%20b', undefined, 400],
  ['/entries?section=nonsense', undefined, 404],
  ['/entries?section=toString:x', undefined, 404],
  ['/clear', {}, 400],
  ['/clear', { by: 'tag' }, 400],
  ['/clear', { by: 'everything', value: 'x' }, 400],
  ['/clear', { by: 'tag', value: '' }, 400],
  ['/clear', { by: 'id', value: 'x'.repeat(601) }, 400],
  ['/clear', { by: 'section', value: 'handle:none' }, 404]
])('%s with %j is refused with %i', async (path, body, status) => {
  await using admin = await desk()
  expect((await admin.ask(path, body))[0]).toBe(status)
  expect(await admin.list()).toHaveLength(4)
})
