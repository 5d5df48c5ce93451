import { expect, test } from 'vitest'
import { hour, noon, startRig, type Rig } from './rig.ts'

const idsOf = async (rig: Rig, user?: string | null, rest?: string): Promise<string[]> =>
  ((await rig.list(user, rest)).body.result as { id: string }[]).map(({ id }) => id)

test('a list tells that there is a URL, not which, nor for whom it is', async () => {
  await using rig = await startRig()
  await rig.put({ pic: '/pics/spring.png', audience: '0421' })
  const { body, raw } = await rig.list()
  expect(body).toEqual({
    success: true,
    code: 200,
    result: [
      {
        id: 'spring',
        title: '春季运动会',
        pic: '/pics/spring.png',
        start: noon,
        end: noon + 24 * hour,
        hasUrl: true
      }
    ]
  })
  expect(raw.headers['cache-control']).toBe('no-store')
})

test('it has what has begun and is not over, the newest first', async () => {
  await using rig = await startRig()
  await rig.put({ id: 'over', start: noon - 2, end: noon })
  await rig.put({ id: 'old', start: noon - 2, end: noon + 1 })
  await rig.put({ id: 'b', start: noon - 1, end: noon + 2 })
  await rig.put({ id: 'a', start: noon - 1, end: noon + 2 })
  await rig.put({ id: 'now', start: noon, end: noon + 2 })
  await rig.put({ id: 'soon', start: noon + 1, end: noon + 2 })
  await rig.put({ id: 'other', kind: 'activity' })
  expect(await idsOf(rig)).toEqual(['now', 'b', 'a', 'old'])
  await rig.clock.advance(1)
  expect(await idsOf(rig)).toEqual(['soon', 'now', 'b', 'a'])
})

test('everybody sees what is for them', async () => {
  await using rig = await startRig()
  const audiences = ['', 'guest', '!guest', '0', '0421', '04217101', '042171012', '061', 'guest1']
  for (const [index, audience] of audiences.entries()) await rig.put({ id: `t${index}`, audience })
  const seen = async (user: string | null) =>
    (await idsOf(rig, user)).map(id => audiences[Number(id.slice(1))]).toSorted()
  expect(await seen(null)).toEqual(['', 'guest'])
  // 04217101 and 06118233
  expect(await seen('alice')).toEqual(['', '!guest', '0', '0421', '04217101'])
  expect(await seen('bob')).toEqual(['', '!guest', '0', '061'])
  expect(await seen('guest1234')).toEqual(['', '!guest', 'guest1'])
  expect(await seen('x'.repeat(10_000))).toEqual(['', '!guest'])
})

test('it comes in pages, which say how many there are', async () => {
  await using rig = await startRig()
  for (let n = 0; n < 25; n++) await rig.put({ id: `t${n}`, start: noon - n })
  expect(await idsOf(rig)).toHaveLength(20)
  const { raw } = await rig.list('alice', 'banner?page=2&size=10')
  expect(raw.json<{ result: { id: string }[] }>().result.map(({ id }) => id)).toEqual(
    Array.from({ length: 10 }, (_, n) => `t${n + 10}`)
  )
  expect(raw.headers['x-total-count']).toBe('25')
  expect(raw.headers['link']).toContain('rel="next"')
  expect(await idsOf(rig, 'alice', 'banner?page=3&size=10')).toHaveLength(5)
  expect(await idsOf(rig, 'alice', 'banner?page=10000&size=100')).toEqual([])
})

test('pages that cannot be are refused', async () => {
  await using rig = await startRig()
  for (const query of ['page=0', 'page=10001', 'page=x', 'page=1.5', 'size=0', 'size=101', 'page=1&page=2'])
    expect([query, (await rig.list('alice', `banner?${query}`)).body.code]).toEqual([query, 400])
})

test('plugins that ask for a page that cannot be are told so', async () => {
  await using rig = await startRig()
  for (const paging of [
    { page: 0 },
    { size: 101 },
    { page: 1.5 },
    { size: Number.NaN },
    { page: '1' as never }
  ])
    await expect(rig.clicks.list('banner', { headers: {} } as never, paging)).rejects.toMatchObject({
      statusCode: 400
    })
  for (const days of [-1, 367, 0.5])
    await expect(rig.clicks.counts({ kind: 'banner', days })).rejects.toMatchObject({ statusCode: 400 })
})
