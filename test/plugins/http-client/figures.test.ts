import { expect, test } from 'vitest'
import type { HistogramSnapshot } from '../../../src/core/index.ts'
import { clientMetrics } from '../../../src/plugins/http-client/metrics.ts'
import { figuresOf } from '../metrics/figures.ts'
import { startRig } from './rig.ts'

const name = 'paifang_upstream_request_duration_seconds'

test('requests are timed by upstream and outcome, each hop for itself', async () => {
  await using rig = await startRig(({ url }, response) => {
    if (url === '/move') response.writeHead(302, { location: '/ok' }).end()
    else if (url === '/cut') response.destroy()
    else response.writeHead(Number(url.slice(1)) || 200).end('12345')
  })
  const upstream = `up.example.edu:${rig.port}`
  for (const path of ['/ok', '/ok', '/move', '/404', '/500', '/500']) {
    const answer = rig.http.get(rig.at(path), { accept: status => status < 404 })
    await answer.catch(() => undefined)
  }
  await rig.failed(rig.http.get(rig.at('/cut')))
  await rig.http.get(rig.at('/ok', 'other.example.edu'))
  const figures = figuresOf(clientMetrics(rig.client.status()))
  expect(figures).toMatchObject({
    [`${name}_count{upstream="${upstream}",outcome="2xx"}`]: 3,
    [`${name}_count{upstream="${upstream}",outcome="3xx"}`]: 1,
    [`${name}_count{upstream="${upstream}",outcome="4xx"}`]: 1,
    [`${name}_count{upstream="${upstream}",outcome="5xx"}`]: 2,
    [`${name}_count{upstream="${upstream}",outcome="connect"}`]: 1,
    [`${name}_count{upstream="other.example.edu:${rig.port}",outcome="2xx"}`]: 1,
    paifang_upstream_hosts: 2,
    paifang_upstream_requests_total: 8,
    paifang_upstream_redirects_total: 1,
    'paifang_upstream_errors_total{kind="status"}': 3,
    'paifang_upstream_errors_total{kind="connect"}': 1
  })
  expect(Object.keys(figures).filter(key => key.startsWith(name))).toHaveLength(6)
})

test('a request takes as long as the clock says', async () => {
  await using rig = await startRig((_, response) => {
    void rig.clock.advance(300).then(() => response.end('late'))
  })
  await rig.http.get(rig.at('/'))
  const [sample] = clientMetrics(rig.client.status())[0]?.samples ?? []
  if (!sample) throw new Error('nothing was timed')
  const { buckets, ...times } = sample.value as HistogramSnapshot
  expect(times).toMatchObject({ count: 1, sum: 0.3 })
  expect(buckets).toContainEqual([0.25, 0])
  expect(buckets).toContainEqual([0.5, 1])
})

test('hosts after the 50th have one name, so that whoever chooses URLs makes no series', async () => {
  await using rig = await startRig((_, response) => response.end())
  for (let n = 1; n <= 53; n++) await rig.http.get(rig.at('/', `host-${n}.example.edu`))
  const upstreams = rig.client.status().durations
  expect(upstreams).toHaveLength(51)
  expect(upstreams.at(-1)).toMatchObject({ upstream: '(other)', outcome: '2xx', seconds: { count: 3 } })
})
