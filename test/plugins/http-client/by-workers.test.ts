import { describe, expect, test } from 'vitest'
import {
  WorkerFailure,
  type FetchWorkers,
  type WorkerAnswer,
  type WorkerFetchOptions,
  type WorkerMode,
  type WorkerRequest
} from '../../../src/plugins/fetch-workers/service.ts'
import { startRig, type Rig } from './rig.ts'

interface FakeWorkers extends FetchWorkers {
  readonly asked: { readonly request: WorkerRequest; readonly options: WorkerFetchOptions }[]
}

type Doing = (request: WorkerRequest, options: WorkerFetchOptions) => WorkerAnswer | Promise<WorkerAnswer>

function workers(doing: Doing, mode: WorkerMode = 'prefer'): FakeWorkers {
  const asked: FakeWorkers['asked'] = []
  return {
    asked,
    modeFor: () => mode,
    status: () => ({ workers: [], counters: {}, denied: {}, failures: {} }),
    async fetch(request, options) {
      asked.push({ request, options })
      return doing(request, options)
    }
  }
}

const answer = (given: Partial<WorkerAnswer> = {}): WorkerAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/plain' },
  setCookies: [],
  body: Buffer.from('by worker'),
  worker: 'w1',
  ...given
})
const failing =
  (kind: WorkerFailure['kind'], acked: boolean, fault?: WorkerFailure['fault']): Doing =>
  () => {
    throw new WorkerFailure(kind, acked, 'no', fault)
  }
const here = (fake: FakeWorkers): Promise<Rig> =>
  startRig((_, response) => response.end('from here'), { workers: fake })

describe('a request is made by a worker', () => {
  test('with all that belongs to it', async () => {
    const fake = workers(() => answer())
    await using rig = await here(fake)
    await rig.http.jar.setCookie('a=1', rig.at('/'))
    await rig.http.jar.setCookie('b=2', rig.at('/'))
    const { data } = await rig.http.post(rig.at('/p?q=1'), { f: 'x' }, { headers: { 'X-Own': '1' } })
    expect([data, rig.seen.length, rig.count('by_workers_total')]).toEqual(['by worker', 0, 1])
    expect(fake.asked[0]?.request).toMatchObject({
      method: 'POST',
      url: rig.at('/p?q=1'),
      headers: { 'x-own': '1', 'content-type': 'application/x-www-form-urlencoded', accept: '*/*' },
      cookies: ['a=1', 'b=2'],
      maxBytes: 5_242_880
    })
    expect(fake.asked[0]?.request.headers).not.toHaveProperty('cookie')
    expect(Buffer.from(fake.asked[0]?.request.body ?? []).toString()).toBe('f=x')
    expect(fake.asked[0]?.options).toMatchObject({ deadlineAt: 7_000, mode: 'prefer' })
  })

  test('hop by hop, with the cookies of each', async () => {
    const fake = workers(({ url }) =>
      url.endsWith('/login')
        ? answer({ status: 302, headers: { location: '/home' }, setCookies: ['sid=1; Path=/', 'x=2'] })
        : answer({ setCookies: ['y=3; Path=/'] })
    )
    await using rig = await here(fake)
    await rig.http.get(rig.at('/login'))
    expect(fake.asked.map(({ request }) => request.cookies)).toEqual([[], ['sid=1', 'x=2']])
    expect(rig.http.jar.getCookieStringSync(rig.at('/'))).toBe('sid=1; x=2; y=3')
  })

  test('and its answer is read like any other, an error status included', async () => {
    const { gzipSync } = await import('node:zlib')
    const fake = workers(() =>
      answer({
        status: 404,
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: gzipSync('{"a":1}')
      })
    )
    await using rig = await here(fake)
    const error = await rig.failed(rig.http.get(rig.at('/')))
    expect([error.kind, error.status, error.answer?.data]).toEqual(['status', 404, { a: 1 }])
    expect([fake.asked.length, rig.seen.length]).toEqual([1, 0])
  })

  test('only where it may go', async () => {
    const fake = workers(() => answer())
    await using rig = await startRig(() => undefined, {
      workers: fake,
      settings: { hostsByPlugin: { portal: ['www.example.edu'] } }
    })
    expect(await rig.failed(rig.open({ plugin: 'portal' }).get(rig.at('/')))).toMatchObject({
      kind: 'blocked'
    })
    expect(fake.asked).toEqual([])
  })
})

describe('who makes a request', () => {
  test.each<[WorkerMode, WorkerMode | undefined, WorkerMode | undefined, string]>([
    ['prefer', undefined, undefined, 'by worker'],
    ['never', undefined, undefined, 'from here'],
    ['never', 'only', undefined, 'by worker'],
    ['prefer', 'never', undefined, 'from here'],
    ['prefer', 'never', 'prefer', 'by worker'],
    ['only', 'only', 'never', 'from here']
  ])(
    'is said by the settings (%s), the client (%s), the request (%s)',
    async (byRule, byClient, byRequest, data) => {
      await using rig = await here(workers(() => answer(), byRule))
      const http = rig.open(byClient ? { workers: byClient } : {})
      expect((await http.get(rig.at('/'), byRequest ? { workers: byRequest } : {})).data).toBe(data)
    }
  )

  test('is the gateway where there are no workers, unless only they may', async () => {
    await using rig = await startRig((_, response) => response.end('from here'))
    expect((await rig.http.get(rig.at('/'), { workers: 'prefer' })).data).toBe('from here')
    expect(await rig.failed(rig.http.get(rig.at('/'), { workers: 'only' }))).toMatchObject({
      kind: 'connect',
      sent: false
    })
  })

  test('is the gateway for a stream, which a worker gets whole where only it may', async () => {
    const fake = workers(() => answer())
    await using rig = await here(fake)
    const stream = (): ReadableStream<Uint8Array> => new Blob(['streamed']).stream()
    expect((await rig.http.post(rig.at('/'), stream())).data).toBe('from here')
    await rig.http.post(rig.at('/'), stream(), { workers: 'only' })
    expect(Buffer.from(fake.asked[0]?.request.body ?? []).toString()).toBe('streamed')
    const large = rig.http.post(rig.at('/'), stream(), { workers: 'only', maxBytes: 4 })
    expect(await rig.failed(large)).toMatchObject({ kind: 'body', sent: false })
  })
})

describe('when a worker fails', () => {
  test.each<[string, WorkerFailure['kind'], boolean]>([
    ['GET', 'none', false],
    ['POST', 'none', false],
    ['POST', 'credentials', false],
    ['POST', 'lost', false],
    ['DELETE', 'timeout', false],
    ['POST', 'refused', false],
    ['GET', 'lost', true],
    ['HEAD', 'target', true],
    ['OPTIONS', 'timeout', true]
  ])('%s is made from here after %s (acked: %s)', async (method, kind, acked) => {
    await using rig = await here(workers(failing(kind, acked)))
    expect((await rig.http.request({ method, url: rig.at('/') })).status).toBe(200)
    expect([rig.seen.length, rig.count('worker_fallbacks_total')]).toEqual([1, 1])
  })

  test.each<[string, WorkerFailure['kind'], string]>([
    ['POST', 'lost', 'connect'],
    ['PUT', 'timeout', 'timeout'],
    ['DELETE', 'target', 'connect'],
    ['PATCH', 'lost', 'connect'],
    ['GET', 'too_large', 'body'],
    ['GET', 'aborted', 'aborted']
  ])('%s is not made again after %s, once the upstream may have got it', async (method, kind, error) => {
    await using rig = await here(workers(failing(kind, true)))
    expect(await rig.failed(rig.http.request({ method, url: rig.at('/') }))).toMatchObject({
      kind: error,
      sent: true
    })
    expect([rig.seen.length, rig.count('worker_fallbacks_total')]).toEqual([0, 0])
  })

  test('and only a worker may, nothing is made from here', async () => {
    await using rig = await here(workers(failing('none', false), 'only'))
    expect(await rig.failed(rig.http.get(rig.at('/')))).toMatchObject({ kind: 'connect', sent: false })
    expect(rig.seen).toEqual([])
  })

  test('what is made from here has the time that is left, and no more', async () => {
    let fail = (): void => undefined
    const fake = workers(
      () =>
        new Promise((_, reject) => {
          fail = () => reject(new WorkerFailure('lost', true, 'gone'))
        })
    )
    await using rig = await startRig(() => undefined, { workers: fake })
    const failure = rig.failed(rig.http.get(rig.at('/')))
    while (fake.asked.length === 0) await new Promise(setImmediate)
    await rig.clock.advance(5_000)
    fail()
    await rig.until(1)
    await rig.clock.advance(2_200)
    expect(await failure).toMatchObject({ kind: 'timeout' })
    expect(rig.clock.monotonic()).toBe(7_200)
  })

  test.each([
    ['one that was late', new WorkerFailure('timeout', true, 'late')],
    ['one that may not see it', new WorkerFailure('credentials', false, 'its host is not in credentialHosts')]
  ])(
    'with no time left after %s, that is what is told, and nothing is made from here',
    async (_late, refusal) => {
      const fake = workers(async (_, { deadlineAt }) => {
        while (rig.clock.monotonic() < deadlineAt) await new Promise(setImmediate)
        throw refusal
      })
      await using rig = await here(fake)
      const failure = rig.failed(rig.http.get(rig.at('/')))
      while (fake.asked.length === 0) await new Promise(setImmediate)
      await rig.clock.advance(7_000)
      expect(await failure).toMatchObject({ kind: 'timeout' })
      expect(rig.seen).toEqual([])
    }
  )

  test('the upstream is at fault for what it did to the worker, and for nothing else', async () => {
    await using rig = await here(workers(failing('lost', true)))
    for (let times = 0; times < 5; times++) await rig.failed(rig.http.post(rig.at('/')))
    expect(rig.client.status().upstreams).toMatchObject([{ breaker: 'closed', failures: 0 }])
    await using other = await here(workers(failing('target', true, 'tls')))
    for (let times = 0; times < 3; times++)
      expect(await other.failed(other.http.post(other.at('/')))).toMatchObject({ kind: 'tls' })
    expect(other.client.status().upstreams).toMatchObject([{ breaker: 'open', failures: 3 }])
  })
})
