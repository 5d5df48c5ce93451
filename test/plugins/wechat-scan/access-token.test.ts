import { describe, expect, test } from 'vitest'
import { account, failureOf, qr, scriptedWechat, type Script, type Seen } from './scripted-wechat.ts'

const stable = '/cgi-bin/stable_token'
const classic = '/cgi-bin/token'
const qrPath = '/cgi-bin/qrcode/create'
const key = `wechat-scan:token:${account.appId}:stable`
const isToken = ({ path }: Seen): boolean => path.endsWith('token')
const isForced = ({ body }: Seen): boolean => (body as { force_refresh?: boolean }).force_refresh === true
/** Counts up: T1, T2, … */
const fresh: Script = (_seen, count) => ({ access_token: `T${count}`, expires_in: 7200 })
const accepting =
  (good: (token: string) => boolean, tokens: Script = fresh, errcode = 40001): Script =>
  (seen, count) => {
    if (isToken(seen)) return tokens(seen, count)
    return good(seen.query['access_token'] ?? '') ? qr : { errcode, errmsg: 'invalid credential' }
  }

describe('a token', () => {
  test('is fetched once for many calls, on all nodes', async () => {
    const wechat = scriptedWechat(accepting(() => true))
    const nodes = [wechat.api, wechat.node(), wechat.node()]
    const work = Promise.all([...nodes, ...nodes].map((api, i) => api.createQr(`s${i}`, 60)))
    await wechat.clock.advance(1_000)
    expect(await work).toHaveLength(6)
    expect([wechat.calls(stable), wechat.calls(qrPath)]).toEqual([1, 6])
  })

  test.each([
    [7200, 6900],
    [310, 10],
    [305, 10],
    [300, 10],
    [8, 4]
  ])('that lasts %i seconds is kept for %i', async (expires_in, keptS) => {
    const tokens: Script = (_seen, count) => ({ access_token: `T${count}`, expires_in })
    const { api, clock, calls } = scriptedWechat(accepting(() => true, tokens))
    await api.createQr('s', 60)
    await clock.advance(keptS * 1000 - 1)
    await api.createQr('s', 60)
    expect(calls(stable)).toBe(1)
    await clock.advance(1)
    await api.createQr('s', 60)
    expect(calls(stable)).toBe(2)
  })

  test.each([
    ['no token', { expires_in: 7200 }],
    ['a number', { access_token: 1, expires_in: 7200 }],
    ['one with a line end', { access_token: 'a\nb', expires_in: 7200 }],
    ['one of no end', { access_token: 'a' }],
    ['one that is over', { access_token: 'a', expires_in: 0 }],
    ['one that ends at a word', { access_token: 'a', expires_in: '7200' }]
  ])('is not %s', async (_kind, answer) => {
    const { api } = scriptedWechat(() => answer)
    expect((await failureOf(api.createQr('s', 60))).message).toContain('no access token')
  })

  test('that could not be fetched is fetched anew by the next call', async () => {
    const tokens: Script = (seen, count) =>
      count === 1 ? { errcode: 40164, errmsg: '' } : fresh(seen, count)
    const { api, calls } = scriptedWechat(accepting(() => true, tokens))
    expect((await failureOf(api.createQr('s', 60))).errcode).toBe(40164)
    await api.createQr('s', 60)
    expect(calls(stable)).toBe(2)
  })

  test('is waited for while another node fetches it, and not for ever', async () => {
    const { api, state, clock, calls } = scriptedWechat(accepting(() => true))
    const lease = await state.lock(key, 60_000)
    const failure = failureOf(api.createQr('s', 60))
    await clock.advance(31_000)
    expect((await failure).message).toContain('too long')
    const work = api.createQr('s', 60)
    await lease?.release()
    await clock.advance(100)
    await work
    expect(calls(stable)).toBe(1)
  })
})

describe('a token that WeChat refuses', () => {
  test.each([40001, 40014, 42001])('with %i is replaced, and the call made once more', async errcode => {
    const { api, seen } = scriptedWechat(accepting(token => token === 'T2', fresh, errcode))
    await api.createQr('s', 60)
    expect(seen.filter(call => !isToken(call)).map(({ query }) => query['access_token'])).toEqual([
      'T1',
      'T2'
    ])
    expect(seen.some(isForced)).toBe(false)
  })

  test('is forgotten alone: its successor from another node stays', async () => {
    const { api, state, calls } = scriptedWechat(
      accepting(token => {
        return token === 'T9'
      })
    )
    const held = { token: 'T8', endsAt: 1 }
    await state.set(key, JSON.stringify(held))
    const work = api.createQr('s', 60)
    await state.set(key, JSON.stringify({ token: 'T9', endsAt: 2 }))
    await work
    expect(calls(stable)).toBe(0)
    expect(await state.get(key)).toContain('T9')
  })

  test('with its successor fails the call after two tries', async () => {
    const { api, calls } = scriptedWechat(accepting(() => false))
    expect((await failureOf(api.createQr('s', 60))).errcode).toBe(40001)
    expect([calls(qrPath), calls(stable)]).toEqual([2, 2])
  })

  test('by many calls at once is replaced once', async () => {
    const wechat = scriptedWechat(accepting(token => token === 'T2'))
    await Promise.all(Array.from({ length: 10 }, (_, i) => wechat.api.createQr(`s${i}`, 60)))
    expect(wechat.calls(stable)).toBe(2)
  })
})

describe('a stable token that WeChat gives and refuses', () => {
  // The same token again, until it is told to end it.
  const stubborn = (): { script: Script; forces: () => number } => {
    let forces = 0
    const tokens: Script = seen => {
      if (isForced(seen)) forces++
      return { access_token: `F${forces}`, expires_in: 7200 }
    }
    return { script: accepting(token => token !== 'F0', tokens), forces: () => forces }
  }

  test('is ended by force', async () => {
    const { script, forces } = stubborn()
    const { api, log } = scriptedWechat(script)
    await api.createQr('s', 60)
    expect(forces()).toBe(1)
    expect(log.join('')).toContain('refuses the access token')
  })

  test('is ended once by many nodes', async () => {
    const { script, forces } = stubborn()
    const wechat = scriptedWechat(script)
    const work = Promise.all([wechat.api, wechat.node(), wechat.node()].map(api => api.createQr('s', 60)))
    await wechat.clock.advance(2_000)
    await work
    expect(forces()).toBe(1)
  })

  test('is not ended for other errors', async () => {
    const tokens: Script = () => ({ access_token: 'same', expires_in: 7200 })
    const { api, seen } = scriptedWechat(accepting(() => false, tokens, 42001))
    expect((await failureOf(api.createQr('s', 60))).errcode).toBe(42001)
    expect(seen.some(isForced)).toBe(false)
  })

  test('is ended at most every half a minute and 20 times a day', async () => {
    const tokens: Script = () => ({ access_token: 'same', expires_in: 7200 })
    const { api, seen, clock } = scriptedWechat(accepting(() => false, tokens))
    const tries = async (times: number, apartMs: number): Promise<number> => {
      const before = seen.filter(isForced).length
      for (let i = 0; i < times; i++) {
        // eslint-disable-next-line no-await-in-loop
        expect((await failureOf(api.createQr('s', 60))).errcode).toBe(40001)
        // eslint-disable-next-line no-await-in-loop
        await clock.advance(apartMs)
      }
      return seen.filter(isForced).length - before
    }
    expect(await tries(30, 1_000)).toBe(1)
    expect(await tries(30, 30_000)).toBe(19)
    await clock.advance(86_400_000)
    expect(await tries(1, 0)).toBe(1)
  })
})

test('the classic call is a GET, and never forces', async () => {
  const wechat = scriptedWechat(
    accepting(token => token === 'T2'),
    { kind: 'classic' }
  )
  await wechat.api.createQr('s', 60)
  const { appId: appid, appSecret: secret } = account
  const call = { path: classic, query: { grant_type: 'client_credential', appid, secret }, body: undefined }
  expect(wechat.seen.filter(isToken)).toEqual([call, call])
  expect((await wechat.state.scan('wechat-scan:token:')).size).toBe(1)
})
