import { expect, test } from 'vitest'
import { hour, noon, startRig } from './rig.ts'

test.each(['PUT', 'POST'] as const)('%s answers where the target leads, in the dialect ws3', async method => {
  await using rig = await startRig()
  await rig.put()
  const { status, body, raw } = await rig.click('spring', 'alice', { method })
  expect(status).toBe(200)
  expect(body).toEqual({ success: true, code: 200, result: 'https://example.com/spring' })
  expect(raw.headers['cache-control']).toBe('no-store')
  expect(await rig.counted()).toMatchObject({ clicks: { unique: 1, raw: 1 }, clickedAt: noon })
})

test('forms are taken, and numbers for ids', async () => {
  await using rig = await startRig()
  await rig.put({ id: '7' })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await rig.click('', 'alice', { payload: 'id=7', headers })).body.success).toBe(true)
  expect((await rig.click(7, 'bob')).body.success).toBe(true)
  expect(await rig.counted('7')).toMatchObject({ clicks: { unique: 2, raw: 2 } })
})

test('a user counts once as a user, and every click counts', async () => {
  await using rig = await startRig()
  await rig.put()
  for (const user of ['alice', 'bob', 'alice', null, null]) await rig.click('spring', user)
  expect(await rig.counted()).toMatchObject({
    clicks: { unique: 2, raw: 5 },
    days: [{ day: '2026-03-10', raw: 5, uniqueUsers: 2 }]
  })
  await rig.click('spring', 'alice')
  expect((await rig.counted())?.clicks).toEqual({ unique: 2, raw: 6 })
})

test('the same user counts once for each target', async () => {
  await using rig = await startRig()
  await rig.put()
  await rig.put({ id: 'autumn' })
  await rig.put({ kind: 'activity' })
  await rig.click('spring')
  await rig.click('autumn')
  await rig.click('spring', 'alice', { kind: 'activity' })
  for (const [id, kind] of [
    ['spring', 'banner'],
    ['autumn', 'banner'],
    ['spring', 'activity']
  ])
    expect((await rig.counted(id, kind))?.clicks).toEqual({ unique: 1, raw: 1 })
})

test('days are those of the time zone, and a user is new on one of them', async () => {
  await using rig = await startRig({ config: { timezone: 'America/New_York' } })
  await rig.put({ end: noon + 72 * hour })
  // 23:59:59.999 of the 9th of March in New York, which has had summer time for a day.
  await rig.clock.advance(Date.parse('2026-03-10T03:59:59.999Z') - rig.clock.now() + 24 * hour)
  await rig.click('spring', 'alice')
  await rig.clock.advance(1)
  await rig.click('spring', 'alice')
  await rig.click('spring', 'bob')
  expect(await rig.counted()).toMatchObject({
    clicks: { unique: 2, raw: 3 },
    days: [
      { day: '2026-03-11', raw: 2, uniqueUsers: 1 },
      { day: '2026-03-10', raw: 1, uniqueUsers: 1 }
    ]
  })
})

test('clicks of both sides of midnight are counted apart though they are written together', async () => {
  await using rig = await startRig()
  await rig.put()
  await rig.clock.advance(12 * hour - 1)
  await rig.click()
  rig.clock.jump(1)
  await rig.click()
  expect((await rig.counted())?.days).toEqual([
    { day: '2026-03-11', raw: 1, uniqueUsers: 0 },
    { day: '2026-03-10', raw: 1, uniqueUsers: 1 }
  ])
})

test('what is not there is 404, and is not counted', async () => {
  await using rig = await startRig()
  await rig.put()
  const { status, body } = await rig.click('summer')
  expect([status, body]).toEqual([200, { success: false, code: 404, reason: '内容不存在' }])
  expect((await rig.click('spring', 'alice', { kind: 'activity' })).body.code).toBe(404)
  expect(
    (await rig.app.inject({ method: 'PUT', url: '/api/poster', payload: { id: 'spring' } })).statusCode
  ).toBe(404)
  await rig.clicks.flush()
  expect(await rig.db.selectFrom('click_day').selectAll().execute()).toEqual([])
})

test('a target leads somewhere from its start until just before its end', async () => {
  await using rig = await startRig()
  await rig.put({ start: noon + 1, end: noon + 3 })
  const codes = []
  for (let ms = 0; ms < 4; ms++) {
    codes.push((await rig.click()).body.code)
    await rig.clock.advance(1)
  }
  expect(codes).toEqual([404, 200, 200, 404])
  const over = await rig.click('spring', 'alice', { headers: { accept: 'application/problem+json' } })
  expect([over.status, (over.body as { code?: unknown }).code]).toEqual([410, 'click.over'])
  expect((await rig.counted())?.clicks.raw).toBe(2)
})

test('with onlyWhileShown off it always does', async () => {
  await using rig = await startRig({ config: { onlyWhileShown: false } })
  await rig.put({ start: noon + hour, end: noon + 2 * hour })
  expect((await rig.click()).body.code).toBe(200)
  await rig.clock.advance(3 * hour)
  expect((await rig.click()).body.code).toBe(200)
})

test('whoever does not see a target cannot click it either', async () => {
  await using rig = await startRig()
  await rig.put({ audience: '042' })
  expect((await rig.click('spring', 'alice')).body.code).toBe(200)
  expect((await rig.click('spring', 'bob')).body.code).toBe(404)
  expect((await rig.click('spring', null)).body.code).toBe(404)
  expect((await rig.counted())?.clicks).toEqual({ unique: 1, raw: 1 })
})

test('a target without a URL is counted and leads nowhere', async () => {
  await using rig = await startRig()
  await rig.put({ url: '' })
  expect((await rig.click()).body).toEqual({ success: true, code: 200, result: '' })
  expect((await rig.counted())?.clicks.raw).toBe(1)
})

test('a URL that is no web address is handed out to nobody, even when it is in the database', async () => {
  await using rig = await startRig()
  await rig.put()
  for (const url of [
    'javascript:alert(1)',
    'ftp://example.com/',
    'data:text/html,x',
    'spring',
    'https://u:p@a.com/'
  ]) {
    await rig.db.updateTable('click_target').set({ url }).execute()
    expect([url, (await rig.click()).body.result]).toEqual([url, ''])
    expect((await rig.list()).body.result).toMatchObject([{ hasUrl: false }])
  }
})

test('without sessions everybody is a guest', async () => {
  await using rig = await startRig({ sessions: false })
  await rig.put({ id: 'users', audience: '!guest' })
  await rig.put()
  expect((await rig.click('users')).body.code).toBe(404)
  expect((await rig.click('spring')).body.code).toBe(200)
  expect((await rig.counted())?.clicks).toEqual({ unique: 0, raw: 1 })
})

test('other kinds and another prefix are a matter of settings', async () => {
  await using rig = await startRig({ config: { kinds: ['poster'], prefix: '' } })
  await rig.clicks.put({
    kind: 'poster',
    id: 'a',
    title: 'A',
    url: 'http://example.com/',
    start: noon,
    end: noon + 1
  })
  const answer = await rig.app.inject({ method: 'PUT', url: '/poster', payload: { id: 'a' } })
  expect(answer.json()).toMatchObject({ result: 'http://example.com/' })
  expect((await rig.app.inject('/poster')).json()).toMatchObject({ result: [{ id: 'a' }] })
  expect((await rig.app.inject('/api/banner')).statusCode).toBe(404)
})
