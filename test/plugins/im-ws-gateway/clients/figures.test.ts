import { expect, test } from 'vitest'
import { imMetrics } from '../../../../src/plugins/im-ws-gateway/metrics.ts'
import { figuresOf } from '../../metrics/figures.ts'
import { startGateway } from './gateway.ts'

test('users, connections, requests and ends are counted, each as what it was', async () => {
  await using gateway = await startGateway({ config: { policy: 'share' } })
  const figures = (): Record<string, number> => figuresOf(imMetrics(gateway.im.status()))
  const ann = await gateway.raw({ userID: 'ann', dialect: '2.0', platformID: 5 })
  const bob = await gateway.raw({ userID: 'bob', dialect: '3', platformID: 5 })
  const phone = await gateway.raw({ userID: 'bob', dialect: '3', platformID: 2 })
  const stranger = await gateway.raw({ userID: 'eve', dialect: '3', platformID: 8, login: false })
  await Promise.all([1, 2, 3, 4].map(() => ann.request('GetLoginStatus')))
  const before = figures()
  expect(before).toMatchObject({
    paifang_ws_connections: 4,
    paifang_ws_connections_total: 4,
    paifang_im_users: 2,
    'paifang_im_connections_by_platform{platform="5"}': 2,
    'paifang_im_connections_by_platform{platform="2"}': 1,
    'paifang_im_connections_by_platform{platform="8"}': 1,
    paifang_im_logins_total: 3,
    paifang_im_cores_opened_total: 2
  })
  // Whatever else a client of this kind asks for by itself has been asked for by now.
  const requests = before['paifang_im_requests_total'] ?? 0
  const errors = before['paifang_im_request_errors_total'] ?? 0
  for (const _ of [1, 2, 3]) await bob.request('NoSuchMethod')
  for (const _ of [1, 2]) await bob.ask('GetSelfUserInfo')
  const after = figures()
  expect(after['paifang_im_requests_total']).toBe(requests + 5)
  expect(after['paifang_im_request_errors_total'] ?? 0).toBe(errors + 3)
  expect(after['paifang_im_frame_errors_total']).toBe(3)

  await phone.close()
  await stranger.close()
  await expect.poll(figures).toMatchObject({
    paifang_ws_connections: 2,
    paifang_ws_connections_total: 4,
    paifang_im_users: 2,
    'paifang_im_connections_by_platform{platform="5"}': 2,
    'paifang_im_ended_total{reason="client"}': 2
  })
  expect(figures()['paifang_im_connections_by_platform{platform="2"}']).toBeUndefined()
})

test('each figure of a status has its own name, also over nodes', () => {
  const counters = { opened_total: 1, logins_total: 2, requests_total: 3, request_errors_total: 4 }
  const nodes = {
    self: 'secret-name',
    host: 'secret-name',
    term: 6,
    isHost: true,
    isLinked: true,
    nodes: ['a', 'b', 'c'],
    counters: { take_overs_total: 7, link_breaks_total: 8 }
  }
  const status = {
    connections: 9,
    users: 10,
    byPlatform: { 1: 11, 5: 12 },
    byDialect: { '2.0': 13 },
    queuedBytes: 14,
    counters,
    ended: { slow: 5 },
    nodes,
    uploads: { counters: { begun_total: 15, sent_bytes_total: 16 }, refused: { 'im.file_too_large': 17 } }
  }
  const figures = figuresOf(imMetrics(status))
  expect(figures).toEqual({
    paifang_ws_connections: 9,
    paifang_ws_connections_total: 1,
    paifang_im_users: 10,
    'paifang_im_connections_by_platform{platform="1"}': 11,
    'paifang_im_connections_by_platform{platform="5"}': 12,
    'paifang_im_connections_by_dialect{dialect="2.0"}': 13,
    paifang_im_queued_bytes: 14,
    paifang_im_logins_total: 2,
    paifang_im_requests_total: 3,
    paifang_im_request_errors_total: 4,
    'paifang_im_ended_total{reason="slow"}': 5,
    paifang_im_uploads_begun_total: 15,
    paifang_im_uploads_sent_bytes_total: 16,
    'paifang_im_uploads_refused_total{code="im.file_too_large"}': 17,
    paifang_im_nodes_is_host: 1,
    paifang_im_nodes_is_linked: 1,
    paifang_im_nodes_term: 6,
    paifang_im_nodes_here: 3,
    paifang_im_nodes_take_overs_total: 7,
    paifang_im_nodes_link_breaks_total: 8
  })
  expect(figuresOf(imMetrics({ ...status, nodes: { ...nodes, isLinked: false } }))).not.toHaveProperty(
    'paifang_im_nodes_is_linked'
  )
})
