import { expect, test } from 'vitest'
import { hour, noon, startRig } from './rig.ts'

/** A gateway with its admin listener. */
async function desk() {
  const logs: string[] = []
  const rig = await startRig({ logs, server: { adminPort: 0, logLevel: 'info' } })
  const opened = logs.find(line => line.includes('admin listener')) ?? ''
  const base = `${(JSON.parse(opened) as { url: string }).url}/click-stats`
  const ask = async (method: string, path: string, body?: unknown): Promise<readonly [number, Listed]> => {
    const headers = { 'content-type': 'application/json' }
    const given = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) }
    const response = await fetch(base + path, given)
    return [response.status, (await response.json()) as Listed]
  }
  return { rig, ask, [Symbol.asyncDispose]: () => rig.app.close() }
}

interface Listed {
  readonly items: readonly { readonly id: string; readonly days: readonly unknown[] }[]
  readonly message?: string
}

const facts = { title: '春季运动会', url: 'https://example.com/', start: noon, end: noon + 24 * hour }

test('operators make a target, see its clicks at once, replace it without losing them, and delete all', async () => {
  await using admin = await desk()
  const { rig, ask } = admin
  expect(await ask('PUT', '/banner/spring', facts)).toEqual([200, { status: 'kept' }])
  for (const user of ['alice', 'alice', null]) await rig.click('spring', user)
  const target = {
    kind: 'banner',
    id: 'spring',
    ...facts,
    pic: '',
    audience: '',
    clickedAt: noon,
    clicks: { unique: 1, raw: 3 },
    days: [{ day: '2026-03-10', raw: 3, uniqueUsers: 1 }]
  }
  expect(await ask('GET', '/banner')).toEqual([200, { items: [target], total: 1, page: 1, size: 20 }])

  expect(await ask('PUT', '/banner/spring', { ...facts, title: 'Sports day', audience: 'guest' })).toEqual([
    200,
    { status: 'kept' }
  ])
  const replaced = { ...target, title: 'Sports day', audience: 'guest' }
  expect((await ask('GET', '/banner?id=spring'))[1]).toMatchObject({ items: [replaced], total: 1 })
  expect((await ask('GET', '/banner?id=autumn'))[1]).toMatchObject({ items: [], total: 0 })
  expect((await ask('GET', '/activity'))[1]).toMatchObject({ items: [], total: 0 })

  expect(await ask('DELETE', '/banner/spring')).toEqual([200, { status: 'deleted' }])
  expect(await ask('DELETE', '/banner/spring')).toEqual([404, { status: 'not found' }])
  for (const table of ['click_target', 'click_user', 'click_day'] as const)
    expect(await rig.db.selectFrom(table).select('id').execute()).toEqual([])
})

test('the list has pages, the newest first, and as many days as are asked for', async () => {
  await using admin = await desk()
  const { rig, ask } = admin
  for (let n = 0; n < 3; n++) await rig.put({ id: `t${n}`, start: noon - n, end: noon + 99 * 24 * hour })
  for (let day = 0; day < 4; day++) {
    await rig.click('t1')
    await rig.clock.advance(24 * hour)
  }
  const ids = ([, { items }]: readonly [number, Listed]) => items.map(({ id }) => id)
  expect(ids(await ask('GET', '/banner?size=2'))).toEqual(['t0', 't1'])
  expect(ids(await ask('GET', '/banner?size=2&page=2'))).toEqual(['t2'])
  const daysOf = async (query: string) =>
    (await ask('GET', `/banner?id=t1&${query}`))[1].items[0]?.days.length
  // Today has none.
  expect([await daysOf('days=0'), await daysOf('days=1'), await daysOf('days=3'), await daysOf('')]).toEqual([
    0, 0, 2, 4
  ])
})

test('they see what is counted', async () => {
  await using admin = await desk()
  await admin.rig.put()
  await admin.rig.click()
  expect(await admin.ask('GET', '')).toEqual([
    200,
    {
      kinds: ['banner', 'activity'],
      counters: { recorded_total: 0, dropped_total: 0, failed_writes_total: 0, queued: 1 }
    }
  ])
})

const refused: readonly (readonly [string, string, unknown, number])[] = [
  ['GET', '/poster', undefined, 404],
  ['GET', '/banner?page=0', undefined, 400],
  ['GET', '/banner?size=101', undefined, 400],
  ['GET', '/banner?days=367', undefined, 400],
  ['PUT', '/poster/spring', facts, 404],
  ['PUT', `/banner/${'x'.repeat(65)}`, facts, 400],
  ['PUT', '/banner/a%20b', facts, 400],
  ['PUT', '/banner/spring', {}, 400],
  ['PUT', '/banner/spring', [], 400],
  ['PUT', '/banner/spring', 'x', 400],
  ['PUT', '/banner/spring', { ...facts, url: 'javascript:alert(1)' }, 400],
  ['PUT', '/banner/spring', { ...facts, end: noon }, 400],
  ['PUT', '/banner/spring', { ...facts, color: 'red' }, 400],
  ['PUT', '/banner/spring', { ...facts, title: 'x'.repeat(16_384) }, 413],
  ['DELETE', '/banner/nothing', undefined, 404],
  ['DELETE', '/poster/spring', undefined, 404]
]

test('what cannot be is refused, and changes nothing', async () => {
  await using admin = await desk()
  for (const [method, path, body, status] of refused)
    expect([method, path, body, (await admin.ask(method, path, body))[0]]).toEqual([
      method,
      path,
      body,
      status
    ])
  expect((await admin.ask('GET', '/banner'))[1]).toMatchObject({ total: 0 })
})

test('a refusal says what is wrong', async () => {
  await using admin = await desk()
  const [, { message }] = await admin.ask('PUT', '/banner/spring', { ...facts, url: 'x' })
  expect(message).toContain('url must be an http or https URL')
})

test('kind and id are those of the path', async () => {
  await using admin = await desk()
  await admin.ask('PUT', '/banner/spring', { ...facts, kind: 'activity', id: 'other' })
  expect((await admin.ask('GET', '/banner'))[1]).toMatchObject({ items: [{ kind: 'banner', id: 'spring' }] })
})
