import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { workerKey } from '../../../src/plugins/fetch-workers/protocol/keys.ts'
import { secret, startRig, type Rig } from './rig.ts'

/** The status that an upgrade is refused with. */
async function refused(
  rig: Rig,
  headers: Record<string, string> = {},
  protocols = ['gw-spider.v1']
): Promise<unknown[]> {
  const socket = new WebSocket(rig.url, protocols, { headers })
  socket.on('error', () => undefined)
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    {
      statusCode: number
      headers: Record<string, string>
      setEncoding(encoding: string): AsyncIterable<string>
    }
  ]
  let body = ''
  for await (const chunk of response.setEncoding('utf8')) body += chunk
  return [response.statusCode, (JSON.parse(body) as { code: string }).code, response.headers['retry-after']]
}

describe('a worker', () => {
  test('logs in with a key of its own, and the gateway shows that it knows it, too', async () => {
    await using rig = await startRig()
    const worker = rig.open({ hosts: ['*.example.edu'], maxInFlight: 4 })
    await worker.hello()
    worker.auth()
    const ready = await worker.next('ready')
    expect(ready).toMatchObject({ heartbeatMs: 20_000, maxInFlight: 4, mac: worker.mac('gateway') })
    expect(worker.socket.protocol).toBe('gw-spider.v1')
    expect(rig.workers.status().workers).toEqual([
      {
        name: 'w1',
        session: ready.session,
        state: 'ready',
        inFlight: 0,
        maxInFlight: 4,
        requests: 0,
        failures: 0,
        latencyMs: 0,
        connectedAt: rig.clock.now(),
        hosts: ['*.example.edu']
      }
    ])
  })

  test('may have a key of another name', async () => {
    await using rig = await startRig()
    await rig.start({ name: 'w1.second', kid: 'w1' })
    expect(rig.workers.status().workers).toMatchObject([{ name: 'w1.second' }])
  })

  test('gets no more at a time than the gateway allows', async () => {
    await using rig = await startRig({ config: { maxInFlight: 2 } })
    const worker = rig.open({ maxInFlight: 900 })
    await worker.hello()
    worker.auth()
    expect(await worker.next('ready')).toMatchObject({ maxInFlight: 2 })
  })
})

describe('who is refused', () => {
  test('has a wrong key, or one of another gateway', async () => {
    await using rig = await startRig()
    for (const key of [workerKey('another secret', 'w1'), workerKey(secret, 'w2')]) {
      const worker = rig.open({ key })
      await worker.hello()
      worker.auth()
      expect(await worker.next('deny')).toEqual({ type: 'deny', reason: 'auth' })
      expect(await worker.closed()).toBe(1008)
    }
    expect([rig.workers.status().denied['auth'], rig.workers.status().workers]).toEqual([2, []])
  })

  test('shows the proof of another login', async () => {
    await using rig = await startRig()
    const first = rig.open()
    await first.hello()
    const second = rig.open()
    await second.hello()
    second.auth({ mac: first.mac('worker') })
    expect(await second.next('deny')).toMatchObject({ reason: 'auth' })
  })

  test('has a key that is revoked', async () => {
    await using rig = await startRig({ config: { revokedKeys: ['w1'] } })
    const worker = rig.open()
    await worker.hello()
    worker.auth()
    expect(await worker.next('deny')).toMatchObject({ reason: 'auth' })
  })

  test('is anybody, when the gateway has no secret', async () => {
    await using rig = await startRig({ config: { secret: '' } })
    const worker = rig.open({ key: workerKey('', 'w1') })
    await worker.hello()
    worker.auth()
    expect(await worker.next('deny')).toMatchObject({ reason: 'auth' })
  })

  test('names hosts that are none', async () => {
    await using rig = await startRig()
    const worker = rig.open({ hosts: ['http://x/'] })
    await worker.hello()
    worker.auth()
    expect(await worker.next('deny')).toMatchObject({ reason: 'hosts' })
  })

  test('is one too many', async () => {
    await using rig = await startRig({ config: { maxWorkers: 1 } })
    const first = await rig.start()
    const second = rig.open({ name: 'w2' })
    await second.hello()
    second.auth()
    expect(await second.next('deny')).toMatchObject({ reason: 'full' })
    first.socket.close()
    await rig.until(() => rig.workers.status().workers.length === 0)
    await rig.start({ name: 'w2' })
  })

  test('does not log in in time', async () => {
    await using rig = await startRig()
    const silent = await rig.open().opened()
    const half = rig.open({ name: 'w2' })
    await half.hello()
    await rig.clock.advance(10_100)
    expect(await silent.next('deny')).toMatchObject({ reason: 'late' })
    expect(await half.closed()).toBe(1008)
    expect(rig.workers.status().denied['late']).toBe(2)
  })
})

describe('an upgrade', () => {
  test('of a page of a browser is refused', async () => {
    await using rig = await startRig()
    expect(await refused(rig, { origin: rig.http })).toEqual([403, 'worker.browser_refused', undefined])
  })

  test('without the protocol is refused', async () => {
    await using rig = await startRig()
    expect(await refused(rig, {}, ['gw-spider.v2'])).toEqual([400, 'worker.bad_protocol', undefined])
    expect(await refused(rig, {}, [])).toEqual([400, 'worker.bad_protocol', undefined])
  })

  test('that is none is refused', async () => {
    await using rig = await startRig()
    const answer = await fetch(`${rig.http}/_spider`)
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      426,
      'worker.upgrade_required'
    ])
  })

  test('is refused while too many of one address have not logged in', async () => {
    await using rig = await startRig()
    for (let times = 0; times < 4; times++) await rig.open().opened()
    await rig.until(() => rig.count('connections_total') === 4)
    expect(await refused(rig)).toEqual([503, 'worker.busy', '10'])
    await rig.clock.advance(10_100)
    await rig.start()
    expect(rig.count('refused_upgrades_total')).toBe(1)
  })

  test('is refused while too many of all have not logged in', async () => {
    await using rig = await startRig({ server: { trustProxy: true } })
    const of = (at: number): Record<string, string> => ({ 'x-forwarded-for': `10.0.${at}.1` })
    for (let times = 0; times < 16; times++) await rig.open({}, { headers: of(times) }).opened()
    await rig.until(() => rig.count('connections_total') === 16)
    expect(await refused(rig, of(99))).toEqual([503, 'worker.busy', '10'])
  })

  test('of workers that have logged in takes nobody’s room', async () => {
    await using rig = await startRig()
    for (let times = 0; times < 6; times++) await rig.start({ name: `w${times}` })
    expect(rig.workers.status().workers).toHaveLength(6)
  })
})

describe('before a login, what is no frame of it ends the connection, and nothing else', () => {
  test.each<[string, string | Buffer]>([
    ['garbage', 'garbage'],
    ['JSON that is no frame', '{"type":"constructor"}'],
    ['nothing', ''],
    ['bytes', Buffer.from([0, 0, 0, 1, 1, 2])],
    ['an auth without a hello', JSON.stringify({ type: 'auth', kid: 'w1', mac: 'm'.repeat(43) })],
    ['a frame of a worker', JSON.stringify({ type: 'ack', id: 1 })],
    ['a frame of the gateway', JSON.stringify({ type: 'ready' })],
    ['more than 4 KiB', JSON.stringify({ type: 'hello', padding: 'x'.repeat(5_000) })]
  ])('%s', async (_, data) => {
    await using rig = await startRig()
    const other = await rig.start({ name: 'other' })
    const worker = await rig.open().opened()
    worker.send(data)
    expect(await worker.next('deny')).toEqual({ type: 'deny', reason: 'malformed' })
    expect(await worker.closed()).toBe(1008)
    expect([rig.workers.status().denied['malformed'], rig.count('malformed_frames_total')]).toEqual([1, 1])
    expect(other.socket.readyState).toBe(WebSocket.OPEN)
  })

  test('two hellos', async () => {
    await using rig = await startRig()
    const worker = rig.open()
    await worker.hello()
    worker.send({ type: 'hello', v: 1, name: 'w1', nonce: 'n'.repeat(32), caps: { maxInFlight: 1 } })
    expect(await worker.next('deny')).toMatchObject({ reason: 'malformed' })
  })

  test('a frame that does not end', async () => {
    await using rig = await startRig()
    const worker = await rig.open().opened()
    const { _socket: tcp } = worker.socket as WebSocket & { readonly _socket: Socket }
    tcp.write(Buffer.from([0x81, 0xfe, 0xff, 0xff, 0, 0, 0, 0]))
    tcp.write(Buffer.alloc(20_000))
    expect(await worker.closed()).toBe(1006)
    expect(rig.workers.status().denied['malformed']).toBe(1)
  })

  test('frames that break the rules of WebSockets', async () => {
    await using rig = await startRig()
    const worker = await rig.open().opened()
    const { _socket: tcp } = worker.socket as WebSocket & { readonly _socket: Socket }
    tcp.write(Buffer.from([0xff, 0xff, 0xff]))
    expect(await worker.closed()).toBe(1002)
    await rig.start()
  })
})

test('nothing of keys and proofs is logged', async () => {
  await using rig = await startRig()
  const worker = await rig.start()
  const wrong = rig.open({ name: 'w2', key: workerKey('another secret', 'w2') })
  await wrong.hello()
  wrong.auth()
  await wrong.closed()
  worker.socket.close()
  await rig.until(() => rig.workers.status().workers.length === 0)
  const text = rig.log.join('')
  for (const value of [secret, worker.key, worker.mac('worker'), worker.mac('gateway'), wrong.mac('worker')])
    expect(text).not.toContain(value)
  expect(text).toContain('a worker is there')
})

describe('with approval, a worker', () => {
  const approval = { config: { approval: true } }
  const post = async (rig: Rig, path: string): Promise<number> =>
    (await fetch(`${rig.admin}${path}`, { method: 'POST' })).status

  test('waits until an operator accepts it, and is remembered', async () => {
    await using rig = await startRig(approval)
    const worker = rig.open()
    await worker.hello()
    worker.auth()
    expect(await worker.next('pending')).toEqual({ type: 'pending', mac: worker.mac('gateway') })
    expect(rig.workers.status().workers).toMatchObject([{ name: 'w1', state: 'pending' }])
    expect(await rig.failed(rig.fetch())).toMatchObject({ kind: 'none', acked: false })
    expect(await post(rig, '/workers/w1/accept')).toBe(200)
    await worker.next('ready')
    const again = await rig.start()
    expect(again.frames).toEqual([])
  })

  test('that is rejected has to go, and may not come back until it is accepted', async () => {
    await using rig = await startRig(approval)
    const worker = rig.open()
    await worker.hello()
    worker.auth()
    await worker.next('pending')
    expect(await post(rig, '/workers/w1/reject')).toBe(200)
    expect(await worker.next('deny')).toMatchObject({ reason: 'rejected' })
    const again = rig.open()
    await again.hello()
    again.auth()
    expect(await again.next('deny')).toMatchObject({ reason: 'rejected' })
    expect(await post(rig, '/workers/w1/accept')).toBe(404)
    await rig.start()
  })
})

describe('operators', () => {
  const post = (rig: Rig, path: string, body?: object): Promise<Response> =>
    fetch(`${rig.admin}${path}`, {
      method: 'POST',
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    })

  test('see all workers', async () => {
    await using rig = await startRig()
    await rig.start()
    const shown = (await (await fetch(`${rig.admin}/status`)).json()) as object
    expect(shown).toMatchObject({ workers: [{ name: 'w1', state: 'ready' }], counters: { logins_total: 1 } })
  })

  test('make keys', async () => {
    await using rig = await startRig({ config: { revokedKeys: ['old'] } })
    const made = (await (await post(rig, '/keys', { kid: 'w9' })).json()) as { secret: string }
    expect(made).toEqual({ kid: 'w9', secret: workerKey(secret, 'w9') })
    await rig.start({ name: 'w9', key: made.secret })
    expect((await post(rig, '/keys', { kid: 'old' })).status).toBe(404)
    expect((await post(rig, '/keys', { kid: '../x' })).status).toBe(400)
  })

  test('take a worker out, which finishes what it has', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    const answer = rig.fetch()
    const request = await worker.next('req')
    expect((await post(rig, '/workers/w1/drain')).status).toBe(200)
    await worker.next('drain')
    expect(await rig.failed(rig.fetch())).toMatchObject({ kind: 'none' })
    worker.ack(request)
    worker.answer(request, 'the last')
    expect(Buffer.from((await answer).body).toString()).toBe('the last')
    expect((await post(rig, '/workers/none/drain')).status).toBe(404)
  })
})
