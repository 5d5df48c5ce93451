import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import {
  ApiError,
  Cache,
  createGateway,
  definePlugin,
  HttpClient,
  optional,
  service,
  Type
} from '../../../src/index.ts'
import { builtins } from '../../../src/server.ts'
import { Errors } from '../../../src/plugins/api-error/service.ts'
import { Telemetry } from '../../../src/plugins/telemetry/service.ts'
import { startReceiver, type ReceivedSpan } from './receiver.ts'

afterEach(() => vi.unstubAllEnvs())

const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-01`

/** An upstream that tells which trace it was asked in, and fails below `/bad`. */
async function startUpstream() {
  const traces: (string | undefined)[] = []
  const server = createServer((request, response) => {
    traces.push(request.headers['traceparent'] as string | undefined)
    response.writeHead(request.url?.startsWith('/bad') ? 503 : 200).end('of the upstream')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, traces }
}

const Shop = service<object>('shop')

/** A gateway whose routes ask an upstream. */
async function serve(
  settings: {
    readonly telemetry?: object | boolean
    readonly plugins?: object
    readonly lines?: string[]
  } = {}
) {
  const upstream = await startUpstream()
  const shop = definePlugin({
    name: 'shop',
    description: 'Routes of a test.',
    needs: { http: HttpClient, cache: Cache, telemetry: optional(Telemetry) },
    provides: Shop,
    setup(app, { http, cache, telemetry }) {
      const news = cache.define('news', '1h', async () => 'news')
      const body = Type.Object({ pin: Type.String() })
      app.post('/orders/:id', { schema: { body } }, async () => {
        const client = http.open()
        const { data } = await client.get(`${upstream.url}/stock?key=s3cret-of-upstream`)
        return { data }
      })
      app.get('/bad', () => http.open().get(`${upstream.url}/bad`))
      app.get('/unknown', () => {
        throw new ApiError(Errors['resource.not_found'])
      })
      app.get('/broken', () => {
        throw new Error('s3cret of a failure')
      })
      app.get('/news', async () => [await news('today'), await news('today')])
      app.get('/own', async () =>
        telemetry?.span('own work', { 'shop.step': 1 }, async span => {
          span.set({ 'shop.done': true })
          return telemetry.propagation()
        })
      )
      app.get('/quiet', { logLevel: 'silent' }, () => 'quiet')
      return {}
    }
  })
  const app = await createGateway({
    builtins,
    env: {},
    logDestination: { write: line => void settings.lines?.push(line) },
    config: {
      server: { port: 0 },
      plugins: {
        telemetry: settings.telemetry ?? true,
        'api-error': true,
        cache: true,
        'http-client': { internalHosts: ['127.0.0.1'] },
        shop: { use: shop },
        ...settings.plugins
      }
    }
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => (closed ??= app.close())
  onTestFinished(close)
  const get = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await fetch(url + path, init)
    return response.json().catch(() => undefined)
  }
  return { get, close, upstream, app }
}

const byName = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const [found, ...others] = spans.filter(span => span.name === name)
  if (!found || others.length > 0)
    throw new Error(`not one span '${name}' of ${spans.map(each => each.name).join()}`)
  return found
}

test('a request goes on with the trace of its caller, and its upstream with that, and nothing of them is told', async () => {
  await using receiver = await startReceiver()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url)
  vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment=test')
  const { get, close, upstream } = await serve()
  const answered = await get('/orders/s3cret-id?token=s3cret-of-query', {
    method: 'POST',
    headers: {
      traceparent,
      authorization: 'Bearer s3cret-of-header',
      'content-type': 'application/json',
      'x-request-id': 'mine-1'
    },
    body: JSON.stringify({ pin: 's3cret-of-body' })
  })
  expect(answered).toEqual({ data: 'of the upstream' })
  await close()

  expect(receiver.paths).toEqual(['/v1/traces'])
  const spans = receiver.spans()
  const request = byName(spans, 'POST /orders/:id')
  const asked = byName(spans, 'GET')
  expect(spans).toHaveLength(2)
  expect(request).toMatchObject({
    kind: 2,
    traceId,
    parentSpanId: 'b7ad6b7169203331',
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/orders/:id',
      'http.response.status_code': 200,
      'paifang.plugin': 'shop',
      'paifang.request_id': 'mine-1'
    }
  })
  expect(Object.keys(request.attributes)).toHaveLength(5)
  expect(asked).toMatchObject({
    kind: 3,
    traceId,
    parentSpanId: request.spanId,
    attributes: {
      'http.request.method': 'GET',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(upstream.url).port),
      'http.response.status_code': 200
    }
  })
  expect(upstream.traces).toEqual([`00-${traceId}-${asked.spanId}-01`])
  expect(receiver.resources()[0]).toMatchObject({
    'service.name': 'paifang',
    'deployment.environment': 'test'
  })
  expect(receiver.bodies.join()).not.toMatch(/s3cret|stock/)
})

test('failures have the key of their kind, and those of the gateway mark their spans', async () => {
  await using receiver = await startReceiver()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url)
  const { get, close } = await serve()
  for (const path of ['/bad', '/unknown', '/broken', '/nowhere?x=s3cret']) await get(path)
  await close()
  const spans = receiver.spans()
  const failing = (name: string): unknown[] => {
    const { attributes, status } = byName(spans, name)
    return [attributes['http.response.status_code'], attributes['error.type'], status === 2]
  }
  expect(failing('GET /bad')).toEqual([503, 'upstream.unavailable', true])
  expect(byName(spans, 'GET /bad').traceId).not.toBe(byName(spans, 'GET /unknown').traceId)
  expect(failing('GET /unknown')).toEqual([404, 'resource.not_found', false])
  expect(failing('GET /broken')).toEqual([500, 'internal', true])
  const [nowhere, asked] = ['', '127.0.0.1'].map(host =>
    spans.find(({ name, attributes }) => name === 'GET' && (attributes['server.address'] ?? '') === host)
  )
  expect(nowhere?.attributes).toMatchObject({ 'error.type': 'route.not_found' })
  expect([asked?.attributes['http.response.status_code'], asked?.status]).toEqual([503, 2])
  expect(receiver.bodies.join()).not.toContain('s3cret')
})

test('reads of the cache are events of the request that reads', async () => {
  await using receiver = await startReceiver()
  vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', `${receiver.url}/other/path`)
  const { get, close } = await serve()
  expect(await get('/news')).toEqual(['news', 'news'])
  await close()
  expect(receiver.paths).toEqual(['/other/path'])
  const event = (outcome: string) => ({
    name: 'cache',
    attributes: { 'paifang.cache.section': 'handle:news', 'paifang.cache.outcome': outcome }
  })
  expect(byName(receiver.spans(), 'GET /news').events).toEqual([event('miss'), event('hit')])
})

test('a signature has spans for its wait and for its device, and neither text nor PIN', async () => {
  await using receiver = await startReceiver()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url)
  const folder = mkdtempSync(join(tmpdir(), 'paifang-telemetry-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { get, close } = await serve({
    plugins: {
      state: true,
      database: { file: ':memory:' },
      'crypto-envelope': { legacyKey: '1234567887654321' },
      'sign-simulator': true,
      'sign-bridge': { keyFile: join(folder, 'sign-bridge.secret') }
    }
  })
  const sign = (pin: string) =>
    get('/v1/sign', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data: 's3cret text', pin })
    })
  await vi.waitFor(async () => expect(await sign('88888888')).toMatchObject({ device: 'device-1' }), 10_000)
  expect(await sign('99999999')).toMatchObject({ code: 'sign.pin_refused' })
  await close()
  const all = receiver.spans()
  const good = all.find(
    ({ name, attributes }) => name === 'sign' && attributes['paifang.sign.device'] === 'device-1'
  )
  const below = all.filter(({ parentSpanId }) => parentSpanId === good?.spanId)
  expect(below.map(({ name }) => name).toSorted()).toEqual(['sign.device', 'sign.queue'])
  expect(byName(below, 'sign.device').attributes).toEqual({ 'paifang.sign.device': 'device-1' })
  expect(byName(below, 'sign.device').took).toBeGreaterThan(0)
  const request = all.find(({ spanId }) => spanId === good?.parentSpanId)
  expect(request?.name).toBe('POST /v1/sign')
  const refused = all.find(
    ({ name, attributes }) => name === 'sign' && attributes['error.type'] === 'sign.pin_refused'
  )
  expect(all.filter(({ parentSpanId }) => parentSpanId === refused?.spanId)).toHaveLength(2)
  expect(receiver.bodies.join()).not.toMatch(/s3cret|88888888|99999999/)
})

test('plugins add spans of their own; silent routes have none, and without a request there is none', async () => {
  await using receiver = await startReceiver()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url)
  const { get, close, app } = await serve()
  const headers = (await get('/own')) as { readonly traceparent: string }
  await get('/quiet')
  await get('/healthz')
  const telemetry = app.getDecorator<Telemetry>(Telemetry.name)
  expect(telemetry.active).toBe(true)
  expect(telemetry.propagation()).toEqual({})
  telemetry.event('nothing', {})
  telemetry.record('nothing', { from: 0, to: 1 }, {})
  expect(await telemetry.span('nothing', {}, async () => 7)).toBe(7)
  await close()
  const spans = receiver.spans()
  expect(spans.map(({ name }) => name).toSorted()).toEqual(['GET /own', 'own work'])
  const own = byName(spans, 'own work')
  expect(own.attributes).toEqual({ 'shop.step': 1, 'shop.done': true })
  expect(headers.traceparent).toBe(`00-${own.traceId}-${own.spanId}-01`)
})

test('a caller decides what is sampled, unless the settings begin anew with every request', async () => {
  await using receiver = await startReceiver()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url)
  const unsampled = { headers: { traceparent: traceparent.replace(/01$/, '00') } }
  const continuing = await serve()
  await continuing.get('/own', unsampled)
  await continuing.get('/own', { headers: { traceparent: 'nonsense' } })
  await continuing.close()
  expect(receiver.spans()).toHaveLength(2)
  expect(receiver.spans()[0]?.traceId).not.toBe(traceId)
  receiver.bodies.length = 0
  const beginning = await serve({ telemetry: { continueTraces: false } })
  await beginning.get('/own', unsampled)
  await beginning.close()
  const request = byName(receiver.spans(), 'GET /own')
  expect([request.parentSpanId, request.traceId === traceId]).toEqual([undefined, false])
})

test('the sampler of the environment counts', async () => {
  await using receiver = await startReceiver()
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url)
  vi.stubEnv('OTEL_TRACES_SAMPLER', 'always_off')
  const { get, close } = await serve()
  expect(await get('/own')).toMatchObject({ traceparent: expect.stringMatching(/-00$/) as string })
  await close()
  expect(receiver.bodies).toEqual([])
})

test('a collector that refuses is told in the log, without its address, and holds up nothing', async () => {
  await using receiver = await startReceiver(400)
  const lines: string[] = []
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url.replace('//', '//user:s3cret@'))
  const { get, close, app } = await serve({ lines, plugins: { metrics: true } })
  await get('/own')
  await close()
  expect(receiver.bodies).toHaveLength(1)
  expect(lines.filter(line => line.includes('traces could not be exported'))).toHaveLength(1)
  expect(lines.join()).not.toMatch(/s3cret@|user:/)
  const counted = (await app.gateway.metrics()).find(({ name }) => name === 'paifang_telemetry_spans_total')
  expect(counted?.samples.map(({ labels, value }) => [labels['outcome'], value])).toEqual([
    ['exported', 0],
    ['failed', 2]
  ])
})

test('a collector that never answers holds up a close no longer than flushMs', async () => {
  const server = createServer(() => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const { get, close } = await serve({ telemetry: { flushMs: 50 } })
  await get('/own')
  const asked = once(server, 'request')
  await close()
  const [request] = (await asked) as [{ readonly url: string }]
  expect(request.url).toBe('/v1/traces')
})
