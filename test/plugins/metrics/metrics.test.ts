import { once } from 'node:events'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import {
  addUpgradeRoute,
  definePlugin,
  Histogram,
  labelled,
  plain,
  service,
  single,
  type Metric
} from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import metrics from '../../../src/plugins/metrics/index.ts'
import type { Metrics } from '../../../src/plugins/metrics/service.ts'
import sseHub from '../../../src/plugins/sse-hub/index.ts'
import state from '../../../src/plugins/state/index.ts'
import { testPlugin } from '../../../src/testing/index.ts'

/** A plugin that measures something. */
function measuring(name: string, tell: () => readonly Metric[] | Promise<readonly Metric[]>) {
  return definePlugin({
    name,
    description: 'Measures something.',
    provides: service<object>(name.replaceAll('-', '')),
    setup: () => ({}),
    metrics: tell
  })
}

/** The lines of a page that are about one metric, without their explanations. */
function linesOf(page: string, name: string): string[] {
  return page.split('\n').filter(line => line.startsWith(name))
}

test('the page tells of the build, the plugins and the process', async () => {
  await using app = await testPlugin(metrics, { with: [[state]] })
  const page = await app.service.text()
  expect(linesOf(page, 'paifang_build_info')).toEqual([
    expect.stringMatching(/^paifang_build_info\{version="\d+\.\d+\.\d+",node="v\d+\.\d+\.\d+"\} 1$/)
  ])
  expect(linesOf(page, 'paifang_plugin_up').toSorted()).toEqual([
    'paifang_plugin_up{plugin="metrics"} 1',
    'paifang_plugin_up{plugin="state"} 1'
  ])
  expect(linesOf(page, 'paifang_plugin_start_seconds')).toHaveLength(2)
  expect(page).toContain('# TYPE process_cpu_user_seconds_total counter')
  await using without = await testPlugin(metrics, { config: { runtime: false, requests: false } })
  expect(await without.service.text()).not.toMatch(/process_|paifang_http/)
})

test('requests are counted by route, never by URL', async () => {
  const routes = definePlugin({
    name: 'routes',
    description: 'Routes of a test.',
    setup: app => void app.get('/cards/:id', () => 'a card')
  })
  await using app = await testPlugin(metrics, { with: [[apiError], [routes]] })
  await app.inject('/cards/secret-1')
  await app.inject('/cards/secret-2')
  await app.inject('/nowhere/secret-3')
  const page = await app.service.text()
  const count = 'paifang_http_request_duration_seconds_count'
  expect(linesOf(page, count).toSorted()).toEqual([
    `${count}{method="GET",route="(none)",status="404"} 1`,
    `${count}{method="GET",route="/cards/:id",status="200"} 2`
  ])
  expect(page).not.toContain('secret')
  expect(linesOf(page, 'paifang_http_requests_in_flight')).toEqual(['paifang_http_requests_in_flight 0'])
})

test('a request is in flight until its answer is out', async () => {
  let answer = (): void => {}
  const routes = definePlugin({
    name: 'routes',
    description: 'Routes of a test.',
    setup: app =>
      void app.get('/slow', () => new Promise<string>(resolve => (answer = () => resolve('done'))))
  })
  await using app = await testPlugin(metrics, { with: [[routes]] })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const asked = fetch(`${url}/slow`)
  const now = async (): Promise<string[]> =>
    linesOf(await app.service.text(), 'paifang_http_requests_in_flight')
  await expect.poll(now).toEqual(['paifang_http_requests_in_flight 1'])
  answer()
  await (await asked).text()
  await expect.poll(now).toEqual(['paifang_http_requests_in_flight 0'])
})

test('a request that has become a WebSocket is in flight no more, while it is open and when it has closed', async () => {
  const sockets = new WebSocketServer({ noServer: true })
  const upgrading = definePlugin({
    name: 'upgrading',
    description: 'Opens WebSockets.',
    setup: app =>
      addUpgradeRoute(app, '/socket', {
        access: 'public',
        check: () => undefined,
        accept: (_, { raw, socket, head }) =>
          sockets.handleUpgrade(raw, socket, head, client => client.send('open')),
        refuse: () => {
          throw new Error('no upgrade')
        }
      })
  })
  await using app = await testPlugin(metrics, { with: [[upgrading]] })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const now = async (): Promise<string[]> =>
    linesOf(await app.service.text(), 'paifang_http_requests_in_flight')
  const client = new WebSocket(url.replace('http', 'ws') + '/socket')
  await once(client, 'message')
  await expect.poll(now).toEqual(['paifang_http_requests_in_flight 0'])
  client.close()
  await once(client, 'close')
  expect(await now()).toEqual(['paifang_http_requests_in_flight 0'])
})

test('what plugins measure is on the page, with its labels and buckets', async () => {
  const times = new Histogram([0.1, 1])
  for (const ms of [50, 500, 5_000]) times.observeMs(ms)
  const own = measuring('own', () => [
    single('paifang_own_things', 'Things', 3),
    labelled('paifang_own_events_total', 'Events by kind', 'kind', { good: 2, 'b"ad\n': 1 }),
    single('paifang_own_seconds', 'How long', times.snapshot()),
    ...plain('paifang_own', { cards_total: 7 })
  ])
  await using app = await testPlugin(metrics, { with: [[own]] })
  const page = await app.service.text()
  expect(page.split('\n').filter(line => line.includes('paifang_own'))).toEqual([
    '# HELP paifang_own_things Things',
    '# TYPE paifang_own_things gauge',
    'paifang_own_things 3',
    '# HELP paifang_own_events_total Events by kind',
    '# TYPE paifang_own_events_total counter',
    'paifang_own_events_total{kind="good"} 2',
    'paifang_own_events_total{kind="b\\"ad\\n"} 1',
    '# HELP paifang_own_seconds How long',
    '# TYPE paifang_own_seconds histogram',
    'paifang_own_seconds_bucket{le="0.1"} 1',
    'paifang_own_seconds_bucket{le="1"} 2',
    'paifang_own_seconds_bucket{le="+Inf"} 3',
    'paifang_own_seconds_sum 5.55',
    'paifang_own_seconds_count 3',
    '# HELP paifang_own_cards_total cards',
    '# TYPE paifang_own_cards_total counter',
    'paifang_own_cards_total 7'
  ])
})

test('a plugin that cannot tell, or takes the name of another, costs the page nothing else', async () => {
  const lines: string[] = []
  const broken = measuring('broken', () => Promise.reject(new Error('no idea')))
  const first = measuring('first', () => [single('paifang_same', 'One', 1)])
  const second = measuring('second', () => [
    single('paifang_same', 'Two', 2),
    single('paifang_build_info', 'Mine', 9)
  ])
  await using app = await testPlugin(metrics, {
    with: [[broken], [first], [second], [sseHub]],
    server: { logLevel: 'warn' },
    logDestination: { write: line => void lines.push(line) }
  })
  const page = await app.service.text()
  expect(linesOf(page, 'paifang_same')).toEqual(['paifang_same 1'])
  expect(linesOf(page, 'paifang_build_info')).toHaveLength(1)
  expect(linesOf(page, 'paifang_sse_connections ')).toEqual(['paifang_sse_connections 0'])
  expect(lines.join('')).toContain('metrics cannot be told')
  expect(lines.join('')).toContain('two plugins have a metric of this name')
})

test('a listener of its own shows the page and nothing else', async () => {
  const lines: string[] = []
  await using app = await testPlugin(metrics, {
    config: { port: 0 },
    server: { logLevel: 'info' },
    logDestination: { write: line => void lines.push(line) }
  })
  void app
  const line = lines.find(each => each.includes('metrics listener')) ?? '{}'
  const { url } = JSON.parse(line) as { url: string }
  const answer = await fetch(`${url}/metrics`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8'
  ])
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(await answer.text()).toContain('paifang_build_info')
  expect((await fetch(`${url}/readyz`)).status).toBe(404)
  expect((await app.inject('/metrics')).statusCode).toBe(404)
})

test('requests in flight are known without the page, unless requests are not counted', async () => {
  const routes = definePlugin({
    name: 'routes',
    description: 'Asks while it is asked.',
    setup: app => void app.get('/', () => app.getDecorator<Metrics>('metrics').requestsInFlight())
  })
  await using app = await testPlugin(metrics, { with: [[routes]] })
  expect((await app.inject('/')).json()).toBe(1)
  expect(await app.service.requestsInFlight()).toBe(0)
  await using without = await testPlugin(metrics, { config: { requests: false } })
  expect(await without.service.requestsInFlight()).toBeUndefined()
})
