import { afterEach, describe, expect, test, vi } from 'vitest'
import { Breaker, type BreakerParts, type Outcome } from '../../../src/plugins/http-client/breaker.ts'
import { startRig } from './rig.ts'

const defaults = { breakerFailures: 3, breakerWindowMs: 60_000, breakerOpenMs: 30_000 }

/** A request that is under way. It ends with an outcome at a time. */
type Ending = (outcome: Outcome, at: number) => Promise<void>

class Watched {
  readonly changes: string[] = []
  readonly #breaker: Breaker
  #now = 0

  constructor(settings: Partial<BreakerParts['settings']> = {}) {
    this.#breaker = new Breaker({
      settings: { ...defaults, ...settings },
      now: () => this.#now,
      opened: () => void this.changes.push('opened'),
      closed: () => void this.changes.push('closed')
    })
  }

  state(at: number): Breaker['state'] {
    this.#now = at
    return this.#breaker.state
  }

  waitMs(at: number): number {
    this.#now = at
    return this.#breaker.waitMs
  }

  /** Lets a request out. */
  begin(at: number): Ending {
    if (this.waitMs(at) > 0) throw new Error('It lets none out')
    let end: (outcome: Outcome) => void = () => undefined
    const over = this.#breaker.watch(new Promise(resolve => (end = resolve)))
    return async (outcome, endsAt) => {
      this.#now = endsAt
      end(outcome)
      await over
    }
  }

  /** Lets requests out, one after another, which end at once. */
  async ended(outcome: Outcome, ...times: number[]): Promise<void> {
    for (const at of times) await this.begin(at)(outcome, at)
  }
}

describe('a breaker', () => {
  afterEach(() => void vi.useRealTimers())

  test('opens at the third failure in a row', async () => {
    const breaker = new Watched()
    await breaker.ended('bad', 0, 1)
    expect([breaker.changes, breaker.waitMs(2)]).toEqual([[], 0])
    await breaker.ended('bad', 2)
    expect(breaker.changes).toEqual(['opened'])
    expect([breaker.state(2), breaker.waitMs(1_002)]).toEqual(['open', 29_000])
  })

  test('opens once, though more fail at the same time', async () => {
    const breaker = new Watched()
    const all = Array.from({ length: 5 }, () => breaker.begin(0))
    await Promise.all(all.map(end => end('bad', 1)))
    expect([breaker.changes, breaker.waitMs(1)]).toEqual([['opened'], 30_000])
  })

  test('does not count failures of more than its window ago', async () => {
    const breaker = new Watched()
    await breaker.ended('bad', 0, 10, 60_000)
    expect(breaker.state(60_000)).toBe('closed')
    await breaker.ended('bad', 60_001)
    expect(breaker.state(60_001)).toBe('open')
  })

  test('begins anew after a success, and takes no notice of those who gave up', async () => {
    const breaker = new Watched()
    await breaker.ended('bad', 0, 1)
    await breaker.ended('unknown', 2)
    await breaker.ended('good', 3)
    await breaker.ended('bad', 4, 5)
    await breaker.ended('unknown', 6)
    expect([breaker.changes, breaker.state(6)]).toEqual([[], 'closed'])
    await breaker.ended('bad', 7)
    expect(breaker.state(7)).toBe('open')
  })

  test('lets one through when its time is over, who decides for all', async () => {
    const breaker = new Watched()
    await breaker.ended('bad', 0, 0, 0)
    expect(breaker.state(30_000)).toBe('half-open')
    const trial = breaker.begin(30_000)
    expect([breaker.state(30_000), breaker.waitMs(30_000)]).toEqual(['half-open', 1_000])
    await trial('good', 30_001)
    expect([breaker.changes, breaker.waitMs(30_002)]).toEqual([['opened', 'closed'], 0])
    await breaker.ended('bad', 30_003, 30_004)
    expect(breaker.state(30_004)).toBe('closed')
  })

  test('stays open when the one fails', async () => {
    const breaker = new Watched()
    await breaker.ended('bad', 0, 0, 0)
    await breaker.begin(30_000)('bad', 30_500)
    expect([breaker.changes, breaker.state(60_000), breaker.waitMs(60_000)]).toEqual([
      ['opened'],
      'open',
      500
    ])
    await breaker.ended('good', 60_500)
    expect(breaker.changes).toEqual(['opened', 'closed'])
  })

  test('lets another through when the one gave up', async () => {
    const breaker = new Watched()
    await breaker.ended('bad', 0, 0, 0)
    await breaker.ended('unknown', 30_000, 30_001)
    expect([breaker.changes, breaker.state(30_001)]).toEqual([['opened'], 'half-open'])
    const trial = breaker.begin(30_002)
    expect(breaker.waitMs(30_002)).toBe(1_000)
    await trial('good', 30_003)
    expect(breaker.changes).toEqual(['opened', 'closed'])
  })

  test('is not moved by those who came before it opened', async () => {
    const breaker = new Watched()
    const [good, bad] = [breaker.begin(0), breaker.begin(0)]
    await breaker.ended('bad', 0, 0, 0)
    await good('good', 10)
    await bad('bad', 29_999)
    expect([breaker.state(10), breaker.state(30_000)]).toEqual(['open', 'half-open'])
  })

  test.each<Outcome>(['good', 'bad', 'unknown'])(
    'waits for the one, whoever of before ends meanwhile: %s',
    async outcome => {
      const breaker = new Watched()
      const early = [breaker.begin(0), breaker.begin(0), breaker.begin(0)]
      await breaker.ended('bad', 0, 0, 0)
      const trial = breaker.begin(30_000)
      for (const end of early) await end(outcome, 30_001)
      expect([breaker.changes, breaker.state(30_002), breaker.waitMs(30_002)]).toEqual([
        ['opened'],
        'half-open',
        1_000
      ])
      await trial('good', 30_003)
      expect([breaker.changes, breaker.waitMs(30_003)]).toEqual([['opened', 'closed'], 0])
    }
  )

  test('is not moved by a jump of the time of day', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 3_600_000 })
    const breaker = new Watched()
    await breaker.ended('bad', 0, 0, 0)
    vi.setSystemTime(7_200_000)
    expect([breaker.state(29_999), breaker.waitMs(29_999)]).toEqual(['open', 1])
    vi.setSystemTime(0)
    await breaker.ended('good', 30_000)
    expect(breaker.changes).toEqual(['opened', 'closed'])
  })

  test('never opens when it shall not', async () => {
    const breaker = new Watched({ breakerFailures: 0 })
    await breaker.ended('bad', 0, 0, 0, 0, 0)
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

  test('gets one request at a time when it is tried again, and another when the caller of that gives up', async () => {
    let answer = (): void => undefined
    await using rig = await startRig((seen, response) => {
      if (seen.url === '/bad') response.writeHead(500).end()
      else answer = () => void response.end()
    })
    for (let times = 0; times < 3; times++) await rig.failed(rig.http.get(rig.at('/bad')))
    await rig.clock.advance(30_000)
    const caller = new AbortController()
    const first = rig.failed(rig.http.get(rig.at('/'), { signal: caller.signal }))
    await rig.until(4)
    const refused = { kind: 'circuit', context: { retryAfter: 1 } }
    expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject(refused)
    caller.abort()
    expect(await first).toMatchObject({ kind: 'aborted' })
    expect(rig.client.status().upstreams).toMatchObject([{ breaker: 'half-open', requests: 4, failures: 3 }])
    const second = rig.http.get(rig.at('/'))
    await rig.until(5)
    expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject(refused)
    answer()
    expect((await second).status).toBe(200)
    expect(rig.client.status().upstreams).toMatchObject([{ breaker: 'closed', requests: 5, failures: 3 }])
    expect([rig.count('breakers_opened_total'), rig.count('refused_by_breaker_total')]).toEqual([1, 2])
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
