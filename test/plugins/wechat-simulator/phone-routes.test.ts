import { expect, test } from 'vitest'
import { startReceiver } from './receiver.ts'
import { start, type Run } from './start.ts'

const openid = 'oAnn'

async function get(run: Run, path: string): Promise<unknown> {
  return (await fetch(`${run.simulator.apiBase}/phone/${path}`)).json()
}

async function post(run: Run, path: string, body: object): Promise<[status: number, answer: unknown]> {
  const response = await fetch(`${run.simulator.apiBase}/phone/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
  return [response.status, await response.json()]
}

/** A passive reply of this account to this user. */
function replyOf({ simulator }: Run, content: string): string {
  const { originalId } = simulator.account
  return (
    `<xml><ToUserName>${openid}</ToUserName><FromUserName>${originalId}</FromUserName>` +
    `<CreateTime>1</CreateTime><MsgType>text</MsgType><Content><![CDATA[${content}]]></Content></xml>`
  )
}

test('codes are listed newest first, without those that have ended', async () => {
  await using run = await start()
  await run.api.scene('short', 60)
  const { ticket, url } = await run.api.scene('long', 120)
  await run.api.qrCode({ action_name: 'QR_LIMIT_SCENE', action_info: { scene: { scene_id: 7 } } })
  expect(await get(run, 'codes')).toMatchObject([
    { scene: '7', expiresInMs: null },
    { scene: 'long', expiresInMs: 120_000, ticket, url, scans: 0, inView: false },
    { scene: 'short', expiresInMs: 60_000 }
  ])
  await run.clock.advance(60_000)
  expect(await get(run, 'codes')).toMatchObject([{ scene: '7' }, { scene: 'long', expiresInMs: 60_000 }])
})

test('the code that a page shows comes first, however old it is', async () => {
  await using run = await start()
  const { url } = await run.api.scene('first')
  for (let count = 0; count < 25; count++)
    run.simulator.codes.create({ scene: `other-${count}`, kind: 'text', ttlS: 60 })
  const codes = (await get(run, `codes?url=${encodeURIComponent(url)}`)) as {
    scene: string
    inView: boolean
  }[]
  expect(codes[0]).toMatchObject({ scene: 'first', inView: true })
  expect(codes).toHaveLength(21)
  expect(codes.filter(({ inView }) => inView)).toHaveLength(1)
})

test('the image of a listed code is where the list says', async () => {
  await using run = await start()
  await run.api.scene('one')
  const [code] = (await get(run, 'codes')) as { image: string }[]
  const response = await fetch(`${run.simulator.apiBase}${code?.image}`)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png'])
})

test.each(['ticket', 'url', 'scene'] as const)('a code is scanned by its %s', async by => {
  await using receiver = await startReceiver()
  await using run = await start({ callbackUrl: receiver.url, account: { mode: 'plain' } })
  const made = { ...(await run.api.scene('one')), scene: 'one' }
  expect(await post(run, 'scan', { openid, [by]: made[by] })).toEqual([
    200,
    { result: 'answered', problems: [] }
  ])
  expect(receiver.pushes[0]?.body).toContain('qrscene_one')
  expect(await get(run, 'codes')).toMatchObject([{ scans: 1 }])
})

test('a chat shows what was scanned, said and answered, and its links can be tapped', async () => {
  await using receiver = await startReceiver((_, count) => {
    const link = '<a href="weixin://bizmsgmenu?msgmenucontent=Yes&msgmenuid=ok">Confirm</a>'
    return count === 1 ? replyOf(run, `Signing in. ${link}`) : replyOf(run, 'Done')
  })
  await using run: Run = await start({ callbackUrl: receiver.url, account: { mode: 'plain' } })
  await run.api.scene('one')
  await post(run, 'scan', { openid, scene: 'one' })
  expect(await post(run, 'tap', { openid, content: 'Yes' })).toEqual([
    200,
    { result: 'answered', problems: [], reply: 'Done' }
  ])
  expect(receiver.pushes[1]?.body).toContain('<bizmsgmenuid><![CDATA[ok]]></bizmsgmenuid>')
  expect(await get(run, `chat/${openid}`)).toMatchObject({
    openid,
    follower: true,
    entries: [
      { from: 'wechat', text: 'followed' },
      { from: 'account', pieces: [{ text: 'Signing in. ' }, { text: 'Confirm', says: 'Yes', menuId: 'ok' }] },
      { from: 'user', pieces: [{ text: 'Yes' }] },
      { from: 'account', pieces: [{ text: 'Done' }] }
    ]
  })
})

test('people are made up, met, and listed newest first', async () => {
  await using run = await start()
  const [, made] = await post(run, 'people', {})
  expect(made).toEqual({ openid: expect.stringMatching(/^o[\w-]{27}$/), follower: false })
  expect(await post(run, 'people', { openid })).toEqual([200, { openid, follower: false }])
  await post(run, 'follow', { openid })
  expect(await post(run, 'people', { openid })).toEqual([200, { openid, follower: true }])
  expect(await get(run, 'people')).toEqual([{ openid, follower: true }, made])
})

test.each([
  ['scan', { openid, scene: 'none' }, 'no-such-code'],
  ['scan', { openid }, 'no-such-code'],
  ['tap', { openid, content: 'Yes' }, 'not-a-follower'],
  ['text', { openid, content: 'Hello' }, 'not-a-follower'],
  ['unfollow', { openid }, 'not-a-follower']
])('POST /phone/%s of %j is a 409: %s', async (path, body, code) => {
  await using run = await start()
  expect(await post(run, path, body)).toEqual([409, { code }])
})

test.each([
  ['scan', { scene: 'one' }],
  ['scan', { openid: 'not an id', scene: 'one' }],
  ['scan', { openid, ticket: 'x'.repeat(257) }],
  ['text', { openid, content: '' }],
  ['text', { openid, content: 'x'.repeat(2_049) }],
  ['tap', { openid }],
  ['people', { openid: '../..' }],
  ['follow', []]
])('POST /phone/%s of %j is a 400', async (path, body) => {
  await using run = await start()
  expect((await post(run, path, body))[0]).toBe(400)
})
