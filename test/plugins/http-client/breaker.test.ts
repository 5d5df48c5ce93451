import { describe, expect, test } from 'vitest'
import { Breaker } from '../../../src/plugins/http-client/breaker.ts'
import { startRig } from './rig.ts'

const defaults = { breakerFailures: 3, breakerWindowMs: 60_000, breakerOpenMs: 30_000 }

describe('a breaker', () => {
  const failed = (breaker: Breaker, ...times: number[]): void => {
    for (const at of times) breaker.ended('normal', 'bad', at)
  }

  test('opens at the third failure in a row', () => {
    const breaker = new Breaker(defaults)
    expect(breaker.ended('normal', 'bad', 0)).toBeUndefined()
    expect(breaker.ended('normal', 'bad', 1)).toBeUndefined()
    expect(breaker.admit(2)).toBe('normal')
    expect(breaker.ended('normal', 'bad', 2)).toBe('opened')
    expect([breaker.state(2), breaker.admit(1_002)]).toEqual(['open', 29_000])
  })

  test('does not count failures of more than its window ago', () => {
    const breaker = new Breaker(defaults)
    failed(breaker, 0, 10, 60_000)
    expect(breaker.state(60_000)).toBe('closed')
    failed(breaker, 60_001)
    expect(breaker.state(60_001)).toBe('open')
  })

  test('begins anew after a success, and takes no notice of those who gave up', () => {
    const breaker = new Breaker(defaults)
    failed(breaker, 0, 1)
    breaker.ended('normal', 'unknown', 2)
    breaker.ended('normal', 'good', 3)
    failed(breaker, 4, 5)
    expect(breaker.state(5)).toBe('closed')
  })

  test('lets one through when its time is over, who decides for all', () => {
    const breaker = new Breaker(defaults)
    failed(breaker, 0, 0, 0)
    expect([breaker.state(30_000), breaker.admit(30_000), breaker.admit(30_000)]).toEqual([
      'half-open',
      'trial',
      1_000
    ])
    expect(breaker.ended('trial', 'good', 30_001)).toBe('closed')
    expect(breaker.admit(30_002)).toBe('normal')
    failed(breaker, 30_003, 30_004)
    expect(breaker.state(30_004)).toBe('closed')
  })

  test('stays open when the one fails', () => {
    const breaker = new Breaker(defaults)
    failed(breaker, 0, 0, 0)
    breaker.admit(30_000)
    breaker.ended('trial', 'bad', 30_500)
    expect(breaker.admit(60_000)).toBe(500)
    expect(breaker.admit(60_500)).toBe('trial')
  })

  test('lets another through when the one gave up', () => {
    const breaker = new Breaker(defaults)
    failed(breaker, 0, 0, 0)
    breaker.admit(30_000)
    breaker.ended('trial', 'unknown', 30_001)
    expect(breaker.admit(30_002)).toBe('trial')
  })

  test('is not moved by those who came before it opened', () => {
    const breaker = new Breaker(defaults)
    failed(breaker, 0, 0, 0)
    breaker.ended('normal', 'good', 10)
    breaker.ended('normal', 'bad', 29_999)
    expect([breaker.state(10), breaker.state(30_000)]).toEqual(['open', 'half-open'])
  })

  test('never opens when it shall not', () => {
    const breaker = new Breaker({ ...defaults, breakerFailures: 0 })
    failed(breaker, 0, 0, 0, 0, 0)
    expect(breaker.state(0)).toBe('closed')
  })
})

describe('an upstream', () => {
  test('that fails three times gets no request for some time, and then one', async () => {
    let works = false
    await using rig = await startRig((_, response) => response.writeHead(works ? 200 : 500).end())
    for (let times = 0; times < 3; times++) await rig.failed(rig.http.get(rig.at('/')))
    const error = await rig.failed(rig.http.get(rig.at('/')))
    expect(error).toMatchObject({ kind: 'circuit', sent: false, context: { retryAfter: 30 } })
    expect(error.entry.key).toBe('circuit.open')
    expect(rig.seen).toHaveLength(3)
    expect(rig.client.status().upstreams).toMatchObject([{ breaker: 'open', requests: 3, failures: 3 }])
    expect((await rig.http.get(rig.at('/', 'other.example.edu'), { accept: () => true })).status).toBe(500)
    works = true
    await rig.clock.advance(30_000)
    await rig.http.get(rig.at('/'))
    await rig.http.get(rig.at('/'))
    expect(rig.client.status().upstreams[0]).toMatchObject({ breaker: 'closed', requests: 5 })
    expect([rig.count('breakers_opened_total'), rig.count('refused_by_breaker_total')]).toEqual([1, 1])
    const said = rig.log.map(line => JSON.parse(line) as { level: number; msg: string })
    expect(said.filter(({ level }) => level >= 30).map(({ msg }) => msg)).toEqual([
      'an upstream has failed too often: it gets no request for some time',
      'an upstream works again'
    ])
  })

  test('is not at fault for what its users do wrong', async () => {
    await using rig = await startRig((_, response) => response.writeHead(401).end())
    for (let times = 0; times < 5; times++) await rig.failed(rig.http.post(rig.at('/login')))
    expect(rig.seen).toHaveLength(5)
  })

  test('is at fault for an answer whose status a caller accepts, and not for one that he does not', async () => {
    await using rig = await startRig((seen, response) => response.writeHead(Number(seen.url.slice(1))).end())
    for (let times = 0; times < 4; times++)
      await rig.failed(rig.http.get(rig.at('/200'), { accept: () => false }))
    for (let times = 0; times < 3; times++) await rig.http.get(rig.at('/500'), { accept: () => true })
    expect(await rig.failed(rig.http.get(rig.at('/200')))).toMatchObject({ kind: 'circuit' })
  })

  test('that is slow fails, though it answers', async () => {
    let answer = (): void => undefined
    await using rig = await startRig((_, response) => (answer = () => void response.end()), {
      settings: { headersTimeoutMs: 60_000, timeoutMs: 60_000 }
    })
    const slow = async (ms: number): Promise<void> => {
      const call = rig.http.get(rig.at('/'))
      await rig.until(rig.client.status().counters['requests_total'] ?? 0)
      await rig.clock.advance(ms)
      answer()
      await call
    }
    await slow(10_000)
    expect(rig.client.status().upstreams).toMatchObject([{ failures: 0 }])
    for (let times = 0; times < 3; times++) await slow(10_001)
    expect(rig.client.status().upstreams).toMatchObject([{ breaker: 'open', failures: 3 }])
  })

  test('has routes that go out whatever the breaker says, and do not count', async () => {
    const settings = { breakerExcludedRoutes: ['/api/user'] }
    await using rig = await startRig((_, response) => response.writeHead(500).end(), { settings })
    const exempt = rig.open({ route: '/api/user' })
    for (let times = 0; times < 5; times++)
      expect(await rig.failed(exempt.get(rig.at('/')))).toMatchObject({ status: 500 })
    for (let times = 0; times < 3; times++) await rig.failed(rig.http.get(rig.at('/')))
    expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject({ kind: 'circuit' })
    expect(await rig.failed(exempt.get(rig.at('/')))).toMatchObject({ status: 500 })
  })
})

describe('a second try', () => {
  const refusing = (failures: number) => {
    let left = failures
    return (
      _: string,
      __: object,
      callback: (error: Error | null, addresses: { address: string; family: number }[]) => void
    ) => {
      if (left-- > 0)
        callback(Object.assign(new Error('EAI_AGAIN'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }), [])
      else callback(null, [{ address: '127.0.0.1', family: 4 }])
    }
  }

  test.each(['GET', 'HEAD'])('is made for %s when there was no connection', async method => {
    await using rig = await startRig((_, response) => response.end(), { lookup: refusing(1) })
    expect((await rig.http.request({ method, url: rig.at('/') })).status).toBe(200)
    expect([rig.count('retries_total'), rig.client.status().upstreams[0]?.failures]).toEqual([1, 0])
  })

  test.each([
    ['POST', 1, 1],
    ['DELETE', 1, 1],
    ['GET', 2, 1],
    ['GET', 1, 0]
  ])('is not made for %s after %i failures where there may be %i', async (method, failures, retries) => {
    await using rig = await startRig((_, response) => response.end(), {
      lookup: refusing(failures),
      settings: { retries }
    })
    const error = await rig.failed(rig.http.request({ method, url: rig.at('/') }))
    expect([error.kind, rig.seen.length]).toEqual(['dns', 0])
    expect(rig.client.status().upstreams).toMatchObject([{ requests: 1, failures: 1 }])
  })

  test('is not made when the upstream may have got the first', async () => {
    await using rig = await startRig((_, response) => response.destroy())
    expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject({ kind: 'connect', sent: true })
    expect([rig.seen.length, rig.count('retries_total')]).toEqual([1, 0])
  })

  test('is not made for a status', async () => {
    await using rig = await startRig((_, response) => response.writeHead(503, { 'retry-after': '1' }).end())
    await rig.failed(rig.http.get(rig.at('/')))
    expect(rig.seen).toHaveLength(1)
  })
})
