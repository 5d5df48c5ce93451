import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import sseHub from '../../../src/plugins/sse-hub/index.ts'
import { isGranted } from '../../../src/plugins/sse-hub/topic-token.ts'
import { fakeClock, testPlugin } from '../../../src/testing/index.ts'
import { openReader, type Reader, type ReaderOptions } from './reader.ts'
import { startRig, type Rig } from './rig.ts'

const secret = 'a secret of at least 32 characters!'
const clock = fakeClock()
const inS = (seconds: number): number => Math.floor(clock.now() / 1000) + seconds

interface TokenOptions {
  readonly claims?: Record<string, unknown>
  readonly seconds?: number | null
  readonly key?: string
  readonly alg?: string
}

async function token({
  claims = { topics: ['news', 'orders/*'] },
  seconds = 60,
  key = secret,
  alg = 'HS256'
}: TokenOptions = {}): Promise<string> {
  const jwt = new SignJWT(claims).setProtectedHeader({ alg })
  if (seconds !== null) jwt.setExpirationTime(inS(seconds))
  return jwt.sign(new TextEncoder().encode(key))
}

describe('GET /v1/events', () => {
  const logs: string[] = []
  let rig: Rig
  let readers: Reader[] = []
  beforeAll(async () => {
    rig = await startRig({
      clock,
      logs,
      config: { endpoint: true, tokenSecret: secret, maxStreamsPerPrincipal: 1 }
    })
  })
  beforeEach(() => {
    for (const reader of readers) reader.leave()
    readers = []
  })
  afterAll(async () => {
    for (const reader of readers) reader.leave()
    await rig[Symbol.asyncDispose]()
  })
  const read = async (query: string, options?: ReaderOptions): Promise<Reader> => {
    const reader = await openReader(`${rig.url}/v1/events?${query}`, options)
    readers.push(reader)
    return reader
  }
  const bearer = (jwt: string): ReaderOptions => ({ headers: { authorization: `Bearer ${jwt}` } })

  test('streams the topics of a token', async () => {
    const reader = await read('topics=news,orders/7', bearer(await token()))
    expect((await reader.next()).event).toBe('hub.open')
    await rig.hub.publish('orders/7', { data: 'paid' })
    expect((await reader.next()).data).toBe('paid')
  })

  test('takes the token from the cookie, among others, and from the query', async () => {
    const cookie = `a=b; paifang_events=${await token()}; c=d`
    expect((await (await read('topics=news', { headers: { cookie } })).next()).event).toBe('hub.open')
    expect((await (await read(`topics=news&token=${await token()}`)).next()).event).toBe('hub.open')
  })

  test('resumes by the query, for a first connect', async () => {
    const first = await rig.hub.publish('news', { data: '1' })
    await rig.hub.publish('news', { data: '2' })
    const reader = await read(`topics=news&lastEventId=${first}`, bearer(await token()))
    expect((await reader.take(2))[1]?.data).toBe('2')
  })

  test('without a token is 401, and says how', async () => {
    const reader = await read('topics=news')
    expect(reader.status).toBe(401)
    expect(reader.response.headers['www-authenticate']).toBe('Bearer')
    await reader.ended
    expect(reader.text).toContain('auth.required')
  })

  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"topics":["news"],"exp":9999999999}').toString('base64url')}.`
  const bad: readonly (readonly [string, () => Promise<string>])[] = [
    ['over', () => token({ seconds: 0 })],
    ['without an end', () => token({ seconds: null })],
    ['of another key', () => token({ key: secret.replace('a', 'b') })],
    ['of another algorithm', () => token({ alg: 'HS512', key: secret.repeat(2) })],
    ['without topics', () => token({ claims: {} })],
    ['with topics that are a text', () => token({ claims: { topics: 'news' } })],
    ['with topics that are no texts', () => token({ claims: { topics: [1, 'news'] } })],
    ['of a subject that is no text', () => token({ claims: { topics: ['news'], sub: 7 } })],
    ['unsigned', async () => unsigned],
    ['that is none', async () => 'x']
  ]
  test.each(bad)('a token %s is 401', async (_, make) => {
    const reader = await read('topics=news', bearer(await make()))
    expect(reader.status).toBe(401)
    expect(reader.response.headers['www-authenticate']).toBe('Bearer error="invalid_token"')
  })

  test('a topic that the token does not name is 403', async () => {
    expect((await read('topics=news,order', bearer(await token()))).status).toBe(403)
    expect((await read('topics=', bearer(await token()))).status).toBe(400)
    expect((await read('topics=news,,news', bearer(await token({ claims: { topics: ['*'] } })))).status).toBe(
      400
    )
    expect((await read('', bearer(await token()))).status).toBe(400)
  })

  test('a topic that its plugin guards is guarded here, too', async () => {
    rig.hub.define('orders/secret', { authorize: () => false })
    expect((await read('topics=orders/secret', bearer(await token()))).status).toBe(403)
  })

  test('a token in the query must be short-lived; elsewhere it need not be', async () => {
    const long = await token({ seconds: 600 })
    expect((await read(`topics=news&token=${long}`)).status).toBe(401)
    expect((await read('topics=news', bearer(long))).status).toBe(200)
  })

  test('the stream ends with its token', async () => {
    const reader = await read('topics=news', bearer(await token({ seconds: 30 })))
    await reader.next()
    await clock.advance(29_000)
    expect(reader.seen).toHaveLength(1)
    const { streams } = rig.hub.status()
    await clock.advance(1_200)
    await reader.ended
    expect(rig.hub.status().streams).toBeLessThan(streams)
  })

  test('the subject of a token is the principal', async () => {
    const jwt = await token({ claims: { topics: ['news'], sub: 'alice' } })
    const reader = await read('topics=news', bearer(jwt))
    await reader.next()
    const second = await read('topics=news', bearer(jwt))
    await second.ended
    expect(second.text).toMatch(/^retry/)
    expect(await rig.hub.closePrincipal('alice')).toBe(1)
    await reader.ended
  })

  test('HEAD needs a token as well, and opens nothing', async () => {
    const { streams } = rig.hub.status()
    expect((await read('topics=news', { method: 'HEAD' })).status).toBe(401)
    expect((await read('topics=news', { method: 'HEAD', ...bearer(await token()) })).status).toBe(200)
    expect(rig.hub.status().streams).toBeLessThanOrEqual(streams)
  })

  test('no token is logged or answered, whatever becomes of the request', async () => {
    logs.length = 0
    const [good, wrong] = [await token(), await token({ key: secret.replace('a', 'b') })]
    const requests = [
      `topics=news&token=${good}`,
      `topics=other&token=${good}`,
      `topics=news&token=${wrong}`,
      `topics=&token=${good}`,
      `topics=a%20b&token=${good}`
    ]
    for (const query of requests) {
      const reader = await read(query, { accept: '*/*' })
      if (reader.status === 200) reader.leave()
      await reader.ended
      expect(reader.text).not.toContain(good.split('.')[2])
    }
    await rig.app.inject({ url: `/v1/events/nowhere?token=${good}` })
    await rig.app.inject({ url: `/v1/events?topics=news&token=${'x'.repeat(5_000)}` })
    while (logs.length < 6) await new Promise(resolve => setImmediate(resolve))
    const text = logs.join('')
    for (const jwt of [good, wrong]) expect(text).not.toContain(jwt.split('.')[2])
    expect(text).not.toContain('xxxxx')
    expect(text).not.toContain(secret)
  })
})

test('a reader that goes away is no failure in the log', async () => {
  const logs: string[] = []
  await using rig = await startRig({ logs })
  const reader = await rig.read('a')
  await reader.next()
  reader.leave()
  await rig.streams[0]?.closed
  await rig.app.inject('/nowhere')
  expect(logs.some(line => line.includes('"status":404'))).toBe(true)
  expect(logs.filter(line => (JSON.parse(line) as { level: number }).level > 30)).toEqual([])
})

describe('settings', () => {
  test('the endpoint is off unless it is asked for', async () => {
    await using rig = await startRig()
    expect((await openReader(`${rig.url}/v1/events?topics=a`)).status).toBe(404)
  })

  const wrong: readonly (readonly [object, string])[] = [
    [{ endpoint: true }, 'tokenSecret'],
    [{ endpoint: true, tokenSecret: 'short' }, 'tokenSecret'],
    [{ maxEventBytes: 1_048_576 }, 'maxQueueBytes'],
    [{ tokenCookie: 'a;b' }, 'tokenCookie'],
    [{ maxStreams: 0 }, 'maxStreams'],
    [{ slowReaders: 'wait' }, 'slowReaders']
  ]
  test.each(wrong)('%j cannot be', async (config, name) => {
    await expect(testPlugin(sseHub, { config })).rejects.toThrow(name)
  })
})

test('a grant covers what it names, and with an asterisk what begins so', () => {
  const grant = { topics: ['a', 'b/*', '**'], principal: undefined, expiresAt: 0 }
  expect(['a', 'b/', 'b/1', '*x'].every(topic => isGranted(grant, topic))).toBe(true)
  expect(['', 'A', 'ab', 'b', 'c'].some(topic => isGranted(grant, topic))).toBe(false)
  expect(isGranted({ ...grant, topics: ['*'] }, 'anything')).toBe(true)
})
