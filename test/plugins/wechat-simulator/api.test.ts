import { describe, expect, test } from 'vitest'
import { readQrImage } from './qr-reader.ts'
import { start } from './start.ts'

const rid = /^.+ rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/
const scene = { action_name: 'QR_STR_SCENE', expire_seconds: 120, action_info: { scene: { scene_str: 'a' } } }

describe.each(['classicToken', 'stableToken'] as const)('%s', call => {
  test.each([
    [{ grant_type: 'code' }, 40002, 'invalid grant_type'],
    [{ appid: '' }, 41002, 'appid missing'],
    [{ appid: 'wx0' }, 40013, 'invalid appid'],
    [{ secret: '' }, 41004, 'appsecret missing'],
    [{ secret: 'wrong' }, 40125, 'invalid appsecret']
  ])('refuses %j with %i', async (changes, errcode, text) => {
    await using run = await start()
    const answer = await run.api[call](changes)
    expect(answer).toEqual({ errcode, errmsg: expect.stringMatching(rid) })
    expect(answer.errmsg).toContain(text)
  })

  test('gives a token with which the API can be called', async () => {
    await using run = await start()
    const { access_token } = await run.api[call]()
    expect(await run.api.get('getcallbackip', { access_token })).toEqual({ ip_list: ['127.0.0.1'] })
  })

  test('refuses beyond its quota', async () => {
    await using run = await start({ limits: { token: { day: 1 }, stable_token: { day: 1 } } })
    await run.api[call]()
    expect(await run.api[call]()).toMatchObject({ errcode: 45009 })
  })
})

describe('stable_token', () => {
  test('gives all callers the same token', async () => {
    await using run = await start()
    const all = await Promise.all([run.api.stableToken(), run.api.stableToken({ force_refresh: false })])
    expect(all[0]).toEqual(all[1])
  })

  test('refreshes by force every 30 s and 20 times a day, and otherwise gives what there is', async () => {
    await using run = await start()
    const force = async () => (await run.api.stableToken({ force_refresh: true })).access_token
    const first = await force()
    expect(await force()).toBe(first)
    let last = first
    for (let count = 2; count <= 20; count++) {
      await run.clock.advance(30_000)
      const next = await force()
      expect(next).not.toBe(last)
      last = next
    }
    await run.clock.advance(30_000)
    expect(await force()).toBe(last)
    expect(run.simulator.quotas.left('force_refresh')).toBe(0)
  })

  test('refuses GET, and bodies that are no JSON objects', async () => {
    await using run = await start()
    expect(await run.api.get('stable_token')).toMatchObject({ errcode: 43002 })
    for (const body of ['', '{', '7', 'null'])
      expect(await run.api.post('stable_token', body)).toMatchObject({ errcode: 47001 })
  })
})

describe('qrcode/create', () => {
  test('makes temporary codes, whose seconds it repeats, and permanent ones', async () => {
    await using run = await start()
    expect(await run.api.qrCode(scene)).toEqual({
      ticket: expect.any(String),
      expire_seconds: 120,
      url: expect.stringMatching(/^http:\/\/weixin\.qq\.com\/q\/02/)
    })
    const permanent = { action_name: 'QR_LIMIT_SCENE', action_info: { scene: { scene_id: 7 } } }
    expect(Object.keys(await run.api.qrCode(permanent))).toEqual(['ticket', 'url'])
  })

  test('refuses tokens that are missing, made up, replaced or over', async () => {
    await using run = await start()
    const { access_token: token } = await run.api.stableToken()
    expect(await run.api.post('qrcode/create', scene)).toMatchObject({ errcode: 41001 })
    expect(await run.api.qrCode(scene, 'made-up')).toMatchObject({ errcode: 40001 })
    await run.clock.advance(7_200_000)
    expect(await run.api.qrCode(scene, token)).toMatchObject({ errcode: 42001 })
    const { access_token: next } = await run.api.stableToken()
    await run.api.stableToken({ force_refresh: true })
    expect(await run.api.qrCode(scene, next)).toMatchObject({ errcode: 40001 })
  })

  test('refuses GET, and bodies that ask for nothing that there is', async () => {
    await using run = await start()
    const { access_token } = await run.api.stableToken()
    expect(await run.api.get('qrcode/create', { access_token })).toMatchObject({ errcode: 43002 })
    expect(await run.api.qrCode('')).toMatchObject({ errcode: 44002 })
    expect(await run.api.qrCode('{')).toMatchObject({ errcode: 47001 })
    expect(await run.api.qrCode({})).toMatchObject({ errcode: 40052 })
    expect(await run.api.qrCode({ action_name: 'QR_SCENE' })).toMatchObject({ errcode: 40053 })
  })

  test('refuses accounts without the permission, whatever they ask for', async () => {
    await using run = await start({ mayMakeQrCodes: false })
    expect(await run.api.qrCode(scene)).toMatchObject({ errcode: 48001 })
  })

  test('counts only what it makes against the quota', async () => {
    await using run = await start({ limits: { qrcode: { day: 1 } } })
    await run.api.qrCode({})
    expect(await run.api.qrCode(scene)).toHaveProperty('ticket')
    expect(await run.api.qrCode(scene)).toMatchObject({ errcode: 45009 })
    await run.clock.advance(86_400_000)
    expect(await run.api.qrCode(scene)).toHaveProperty('ticket')
  })
})

describe('showqrcode', () => {
  test('draws what the code says', async () => {
    await using run = await start()
    const { ticket, url } = await run.api.qrCode(scene)
    const response = await fetch(
      `${run.simulator.apiBase}/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}`
    )
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(readQrImage(Buffer.from(await response.arrayBuffer()))).toBe(url)
  })

  test('does not find a ticket that is made up, or not encoded', async () => {
    await using run = await start()
    const { ticket } = await run.api.qrCode(scene)
    for (const wrong of ['', 'made-up', ticket]) {
      const { status } = await fetch(`${run.simulator.apiBase}/cgi-bin/showqrcode?ticket=${wrong}`)
      expect(status).toBe(404)
    }
  })
})

describe('user/info', () => {
  test.each([
    ['QR_STR_SCENE', { scene_str: 'shop' }, { qr_scene: 0, qr_scene_str: 'shop' }],
    ['QR_SCENE', { scene_id: 7 }, { qr_scene: 7, qr_scene_str: '' }]
  ])('tells when and through which code somebody has followed: %s', async (action_name, one, expected) => {
    await using run = await start()
    const { ticket } = await run.api.qrCode({ action_name, action_info: { scene: one } })
    await run.simulator.phone.scan({ ticket }, 'oAnn')
    const { access_token } = await run.api.stableToken()
    expect(await run.api.get('user/info', { access_token, openid: 'oAnn', lang: 'en' })).toMatchObject({
      subscribe: 1,
      openid: 'oAnn',
      nickname: '',
      language: 'en',
      subscribe_time: Math.floor(run.clock.now() / 1000),
      unionid: expect.stringMatching(/^u/),
      subscribe_scene: 'ADD_SCENE_QR_CODE',
      ...expected
    })
  })

  test('says next to nothing of somebody who does not follow', async () => {
    await using run = await start()
    const { openid } = run.simulator.people.make()
    const { access_token } = await run.api.stableToken()
    expect(await run.api.get('user/info', { access_token, openid })).toEqual({ subscribe: 0, openid })
  })

  test('refuses ids that are missing or nobody’s', async () => {
    await using run = await start()
    const { access_token } = await run.api.stableToken()
    expect(await run.api.get('user/info', { access_token })).toMatchObject({ errcode: 41009 })
    expect(await run.api.get('user/info', { access_token, openid: 'oNobody' })).toMatchObject({
      errcode: 40003
    })
  })
})

test('what there is not is refused as WeChat does', async () => {
  await using run = await start()
  expect(await run.api.get('menu/get')).toMatchObject({ errcode: 40066 })
})

test('of a parameter that comes twice, the first counts', async () => {
  await using run = await start()
  const { access_token: token } = await run.api.stableToken()
  const url = `${run.simulator.apiBase}/cgi-bin/getcallbackip?access_token=${token}&access_token=x`
  expect(await (await fetch(url)).json()).toHaveProperty('ip_list')
})
