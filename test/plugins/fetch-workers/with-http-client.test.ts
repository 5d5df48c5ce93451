import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Settings } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import type { WorkersSettings } from '../../../src/plugins/fetch-workers/config.ts'
import fetchWorkers from '../../../src/plugins/fetch-workers/index.ts'
import { FetchWorkers } from '../../../src/plugins/fetch-workers/service.ts'
import httpClient from '../../../src/plugins/http-client/index.ts'
import type { HttpClient, UpstreamError } from '../../../src/plugins/http-client/service.ts'
import { fakeClock, testPlugin, type FakeClock, type TestGateway } from '../../../src/testing/index.ts'
import { ScriptedWorker, secret } from './rig.ts'
import { startUpstream, startWorker } from './worker-rig.ts'

interface Site extends AsyncDisposable {
  readonly app: TestGateway<HttpClient>
  readonly workers: FetchWorkers
  readonly clock: FakeClock
  readonly url: string
  count(name: string): number
  until(holds: () => boolean): Promise<void>
  failed(call: Promise<unknown>): Promise<UpstreamError>
}

/** A gateway with both plugins. */
async function startSite(
  config: Settings<WorkersSettings> = { credentialHosts: ['127.0.0.1'] }
): Promise<Site> {
  const clock = fakeClock()
  const app = await testPlugin(httpClient, {
    config: { internalHosts: ['127.0.0.1'] },
    services: { clock },
    with: [[apiError], [fetchWorkers, { secret, ...config }]],
    server: { closeMs: 1_000 }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    app,
    clock,
    workers: app.getDecorator<FetchWorkers>(FetchWorkers.name),
    url: `ws://127.0.0.1:${(app.server.address() as AddressInfo).port}/_spider`,
    count: name => app.service.status().counters[name] ?? Number.NaN,
    until: async holds => {
      while (!holds()) await new Promise(setImmediate)
    },
    failed: call =>
      call.then(
        () => Promise.reject(new Error('it did not fail')),
        (error: unknown) => error as UpstreamError
      ),
    [Symbol.asyncDispose]: () => app.close()
  }
}

const hosts = ['127.0.0.1']
const isReady = (site: Site) => (): boolean =>
  site.workers.status().workers.some(({ state }) => state === 'ready')

describe('a request through a worker', () => {
  test('logs in, follows redirects and keeps cookies as one from the gateway does', async () => {
    await using upstream = await startUpstream((request, response) => {
      if (request.url === '/login')
        response.writeHead(302, { location: '/home', 'set-cookie': 'sid=1; Path=/' }).end()
      else response.setHeader('set-cookie', 'seen=1; Path=/').end(request.headers.cookie)
    })
    await using site = await startSite()
    await using worker = startWorker(site.url, { hosts })
    await site.until(isReady(site))
    const http = site.app.service.open()
    const at = (path: string): string => `http://127.0.0.1:${upstream.port}${path}`
    expect((await http.post(at('/login'), { user: 'u', password: 'p' })).data).toBe('sid=1')
    expect((await http.get(at('/'))).data).toBe('sid=1; seen=1')
    expect(upstream.seen).toEqual(['POST /login', 'GET /home', 'GET /'])
    expect([site.count('by_workers_total'), worker.worker.ready]).toEqual([3, true])
  })

  test('that the upstream answers with 404 has its answer, and is not made again', async () => {
    await using upstream = await startUpstream((_, response) => response.writeHead(404).end('no'))
    await using site = await startSite()
    await using worker = startWorker(site.url, { hosts })
    await worker.until(() => worker.worker.ready)
    const error = await site.failed(site.app.service.open().get(`http://127.0.0.1:${upstream.port}/`))
    expect([error.kind, error.status, error.answer?.data]).toEqual(['status', 404, 'no'])
    expect([upstream.seen.length, site.count('worker_fallbacks_total')]).toEqual([1, 0])
  })

  test('is made from here when there is no worker', async () => {
    await using upstream = await startUpstream((_, response) => response.end('from here'))
    await using site = await startSite()
    const http = site.app.service.open()
    expect((await http.post(`http://127.0.0.1:${upstream.port}/`, { a: 1 })).data).toBe('from here')
    expect([site.count('worker_fallbacks_total'), site.count('by_workers_total')]).toEqual([1, 0])
  })

  test('is made from here when it holds credentials that workers may not see', async () => {
    await using upstream = await startUpstream((_, response) => response.end('ok'))
    await using site = await startSite({ credentialHosts: [] })
    await using worker = startWorker(site.url, { hosts })
    await worker.until(() => worker.worker.ready)
    const http = site.app.service.open()
    const url = `http://127.0.0.1:${upstream.port}/`
    await http.post(url, { password: 'p' })
    expect(site.count('by_workers_total')).toBe(0)
    await http.get(url)
    expect(site.count('by_workers_total')).toBe(1)
    expect(await site.failed(http.post(url, { password: 'p' }, { workers: 'only' }))).toMatchObject({
      kind: 'blocked',
      sent: false
    })
    expect(upstream.seen).toEqual(['POST /', 'GET /'])
  })
})

describe('when the worker dies', () => {
  test('a POST that it has sent is not sent again', async () => {
    await using upstream = await startUpstream(() => undefined)
    await using site = await startSite()
    const worker = startWorker(site.url, { hosts })
    await site.until(isReady(site))
    const http = site.app.service.open()
    const failure = site.failed(http.post(`http://127.0.0.1:${upstream.port}/pay`, { amount: 1 }))
    await upstream.until(1)
    await worker[Symbol.asyncDispose]()
    const error = await failure
    expect([error.kind, error.sent, error.entry.key]).toEqual(['connect', true, 'upstream.unavailable'])
    expect(upstream.seen).toEqual(['POST /pay'])
  })

  test('a GET that it has sent is made from here', async () => {
    await using upstream = await startUpstream((_, response) => {
      if (upstream.seen.length > 1) response.end('from here')
    })
    await using site = await startSite()
    const worker = startWorker(site.url, { hosts })
    await site.until(isReady(site))
    const answer = site.app.service.open().get(`http://127.0.0.1:${upstream.port}/`)
    await upstream.until(1)
    await worker[Symbol.asyncDispose]()
    expect((await answer).data).toBe('from here')
    expect(upstream.seen).toEqual(['GET /', 'GET /'])
  })

  test('a POST that it has not taken is made from here, once', async () => {
    await using upstream = await startUpstream((_, response, body) => response.end(body))
    await using site = await startSite()
    const worker = await new ScriptedWorker(site.url).ready()
    const answer = site.app.service.open().post(`http://127.0.0.1:${upstream.port}/`, 'a=1')
    await worker.next('req')
    worker.socket.terminate()
    expect((await answer).data).toBe('a=1')
    expect(upstream.seen).toEqual(['POST /'])
  })
})

describe('the time of a request', () => {
  test('is not doubled by a worker that does not answer', async () => {
    await using upstream = await startUpstream(() => undefined)
    await using site = await startSite()
    const worker = await new ScriptedWorker(site.url).ready()
    const failure = site.failed(site.app.service.open().get(`http://127.0.0.1:${upstream.port}/`))
    worker.ack(await worker.next('req'))
    await worker.settled()
    await site.clock.advance(7_100)
    const error = await failure
    expect([error.kind, error.entry.key]).toEqual(['timeout', 'upstream.timeout'])
    expect(upstream.seen).toEqual([])
    expect(site.clock.monotonic()).toBe(7_100)
    worker.socket.terminate()
  })

  test('is what is left of it for who makes it after the worker', async () => {
    await using upstream = await startUpstream(() => undefined)
    await using site = await startSite()
    const worker = await new ScriptedWorker(site.url).ready()
    const failure = site.failed(site.app.service.open().get(`http://127.0.0.1:${upstream.port}/`))
    await worker.next('req')
    await site.clock.advance(2_100)
    await upstream.until(1)
    await site.clock.advance(5_000)
    expect((await failure).kind).toBe('timeout')
    expect(site.clock.monotonic()).toBe(7_100)
    worker.socket.terminate()
  })
})
