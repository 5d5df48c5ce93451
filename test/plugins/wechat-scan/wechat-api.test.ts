import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { account, failureOf, qr, scriptedWechat, type Script } from './scripted-wechat.ts'

const tokenPath = '/cgi-bin/stable_token'
const qrPath = '/cgi-bin/qrcode/create'
const now = Date.UTC(2026, 0, 1)
const withToken =
  (script: Script): Script =>
  (seen, count) =>
    seen.path.endsWith('token') ? { access_token: 'TOKEN+/=', expires_in: 7200 } : script(seen, count)

describe('a QR code', () => {
  test('is asked for by a text, with its life time', async () => {
    const { api, seen } = scriptedWechat(withToken(() => qr))
    expect(await api.createQr('a-scene', 120)).toEqual({
      ticket: 'gQH',
      url: qr.url,
      expiresAt: now + 120_000
    })
    expect(seen).toEqual([
      {
        path: tokenPath,
        query: {},
        body: {
          grant_type: 'client_credential',
          appid: account.appId,
          secret: account.appSecret,
          force_refresh: false
        }
      },
      {
        path: qrPath,
        query: { access_token: 'TOKEN+/=' },
        body: {
          expire_seconds: 120,
          action_name: 'QR_STR_SCENE',
          action_info: { scene: { scene_str: 'a-scene' } }
        }
      }
    ])
    expect([api.tokenEndsAt, api.problem]).toEqual([now + 7_200_000, undefined])
  })

  test.each([
    [60, 60],
    [600, 120],
    [undefined, 120],
    ['60', 120]
  ])('that WeChat gives %j seconds lasts %i', async (expire_seconds, lasts) => {
    const { api } = scriptedWechat(withToken(() => ({ ...qr, expire_seconds })))
    expect((await api.createQr('s', 120)).expiresAt).toBe(now + lasts * 1000)
  })

  test.each([
    ['no ticket', { ...qr, ticket: undefined }],
    ['no URL', { ...qr, url: 1 }],
    ['another kind of URL', { ...qr, url: 'javascript:alert(1)' }],
    ['markup in the URL', { ...qr, url: 'http://a b' }]
  ])('with %s is none', async (_kind, answer) => {
    const { api } = scriptedWechat(withToken(() => answer))
    expect((await failureOf(api.createQr('s', 120))).message).toContain('no QR code')
  })
})

describe('a user', () => {
  test.each([
    [{ subscribe: 1, unionid: 'u1' }, { unionid: 'u1' }],
    [{ subscribe: 1, unionid: '' }, {}],
    [{ subscribe: 0 }, {}]
  ])('of whom WeChat tells %j', async (answer, info) => {
    const { api, seen } = scriptedWechat(withToken(() => answer))
    expect(await api.userInfo('oUser')).toEqual(info)
    expect(seen.at(-1)?.query).toEqual({ access_token: 'TOKEN+/=', openid: 'oUser', lang: 'zh_CN' })
  })
})

describe('an error of WeChat', () => {
  const failing = (errcode: number, errmsg = 'text'): ReturnType<typeof scriptedWechat> =>
    scriptedWechat(withToken(() => ({ errcode, errmsg })))

  test('keeps what support asks for', async () => {
    const failure = await failureOf(
      failing(40053, 'invalid action info rid: 5f0c-1234').api.createQr('s', 60)
    )
    expect(failure).toMatchObject({ errcode: 40053, retryable: false, rid: '5f0c-1234' })
  })

  test('about an IP says which one to allow', async () => {
    const { api } = failing(40164, 'invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 1')
    const { message } = await failureOf(api.createQr('s', 60))
    expect(message).toContain('add 203.0.113.9 to the IP whitelist')
    expect(api.problem).toBe(message)
  })

  test('about the quota of the day says when that begins anew: at midnight in Beijing', async () => {
    const { api, clock } = failing(45009)
    expect((await failureOf(api.createQr('s', 60))).retryAt).toBe(Date.UTC(2026, 0, 1, 16))
    clock.jump(16 * 3_600_000)
    expect((await failureOf(api.createQr('s', 60))).retryAt).toBe(Date.UTC(2026, 0, 2, 16))
  })

  test('about too many calls says to wait for a minute', async () => {
    const failure = await failureOf(failing(45011).api.createQr('s', 60))
    expect(failure).toMatchObject({ retryable: false, retryAt: now + 60_000 })
  })

  test.each([40013, 40125, 48001])('%i says what to look at', async errcode => {
    expect((await failureOf(failing(errcode).api.createQr('s', 60))).message).toMatch(
      /AppID|AppSecret|account/
    )
  })

  test.each([40053, 45009, 45011, 48001])('%i is final at once', async errcode => {
    const { api, calls } = failing(errcode)
    await failureOf(api.createQr('s', 60))
    expect(calls(qrPath)).toBe(1)
  })

  test('that it is busy is asked about twice more', async () => {
    const { api, calls, clock } = scriptedWechat(
      withToken((_seen, count) => (count < 3 ? { errcode: -1, errmsg: 'system error' } : qr))
    )
    const work = api.createQr('s', 60)
    await clock.advance(1_200)
    expect((await work).ticket).toBe('gQH')
    expect(calls(qrPath)).toBe(3)
  })

  test('that it stays busy is given back', async () => {
    const { api, calls, clock } = failing(-1)
    const failure = failureOf(api.createQr('s', 60))
    await clock.advance(10_000)
    expect(await failure).toMatchObject({ errcode: -1, retryable: true })
    expect(calls(qrPath)).toBe(3)
  })

  test('is forgotten with the next success', async () => {
    const { api } = scriptedWechat(withToken((_seen, count) => (count === 1 ? { errcode: 45011 } : qr)))
    await failureOf(api.createQr('s', 60))
    await api.createQr('s', 60)
    expect(api.problem).toBeUndefined()
  })
})

describe('what is no answer', () => {
  test.each([
    ['a page', () => '<html>'],
    ['nothing', () => ''],
    ['a list', () => '[]'],
    ['null', () => 'null'],
    ['a status of 502', () => new Response('{}', { status: 502 })],
    ['more than 64 KB', () => `{"a":"${'a'.repeat(70_000)}"}`],
    [
      'a broken connection',
      () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } }))
    ]
  ])('%s may be one the next time', async (_kind, script) => {
    const { api } = scriptedWechat(withToken(script))
    expect(await failureOf(api.createQr('s', 60))).toMatchObject({ errcode: 0, retryable: true })
  })

  test('JSON is read under any content type, with a byte order mark too', async () => {
    const { api } = scriptedWechat(withToken(() => `\uFEFF${JSON.stringify(qr)}`))
    expect((await api.createQr('s', 60)).ticket).toBe('gQH')
  })

  async function served(listener: RequestListener) {
    const server = createServer(listener)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const close = (): Promise<void> =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
    return { base, [Symbol.asyncDispose]: close }
  }

  test('silence is given up after five seconds', async () => {
    let arrived: () => void = () => undefined
    const asked = new Promise<void>(resolve => (arrived = resolve))
    await using silent = await served(() => arrived())
    const { api, clock } = scriptedWechat(() => undefined, { base: silent.base, fetch })
    const failure = failureOf(api.createQr('s', 60))
    await asked
    await clock.advance(5_000)
    expect((await failure).message).toContain('nothing within 5000 ms')
  })

  test('a redirect is not followed, because the token would go with it', async () => {
    await using elsewhere = await served((_request, response) =>
      response.writeHead(302, { location: '/x' }).end()
    )
    const { api } = scriptedWechat(() => undefined, { base: elsewhere.base, fetch })
    expect((await failureOf(api.createQr('s', 60))).errcode).toBe(0)
  })

  test('a caller who leaves ends the call', async () => {
    const caller = new AbortController()
    let arrived: () => void = () => undefined
    const asked = new Promise<void>(resolve => (arrived = resolve))
    await using silent = await served((request, response) => {
      if (request.url?.startsWith(tokenPath)) response.end('{"access_token":"T","expires_in":7200}')
      else arrived()
    })
    const { api } = scriptedWechat(() => undefined, { base: silent.base, fetch })
    const work = api.createQr('s', 60, caller.signal)
    await asked
    caller.abort(new Error('gone'))
    await expect(work).rejects.toThrow('gone')
  })
})

describe('no error and no log line holds a secret', () => {
  const token = 'TOKEN+/='
  const parts = [account.appSecret, token, encodeURIComponent(token), 'access_token=', 'wechat.test']
  const cases: readonly { readonly kind: string; readonly script: Script; readonly classic?: true }[] = [
    {
      kind: 'a token call that echoes',
      script: ({ query, body }) => ({ errcode: 40125, errmsg: JSON.stringify([query, body]) })
    },
    {
      kind: 'a classic one that echoes',
      script: ({ query }) => ({ errcode: 40013, errmsg: query['secret'] }),
      classic: true
    },
    {
      kind: 'a call that echoes',
      script: withToken(({ query }) => ({ errcode: 40053, errmsg: `bad ${query['access_token']}` }))
    },
    {
      kind: 'a connection that names its URL',
      script: ({ path }) => Promise.reject(new TypeError(`http://wechat.test${path}?access_token=${token}`))
    },
    { kind: 'a page that echoes', script: withToken(({ query }) => JSON.stringify(query).slice(1)) }
  ]

  test.each(cases)('$kind', async ({ script, classic }) => {
    const { api, log } = scriptedWechat(script, { kind: classic ? 'classic' : 'stable' })
    const failure = await failureOf(api.createQr('s', 60))
    const told = [
      failure.message,
      String(failure.stack),
      JSON.stringify(failure),
      String(failure.cause),
      ...log
    ]
    for (const part of parts) expect(told.join('\n')).not.toContain(part)
  })
})
