import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { workerKey } from '../../../src/plugins/fetch-workers/protocol/keys.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import { startRig, type Rig } from './rig.ts'
import { startUpstream, startWorker, type RunningWorker } from './worker-rig.ts'

const open = { config: { credentialHosts: ['*.example.edu'] } }
const text = ({ body }: { readonly body: Uint8Array }): string => Buffer.from(body).toString()
const ready = async (worker: RunningWorker, rig: Rig): Promise<void> => {
  await worker.until(() => worker.worker.ready)
  await rig.until(() => rig.workers.status().workers.some(({ state }) => state === 'ready'))
}

describe('a worker makes a request', () => {
  test('and hands over what the upstream answers', async () => {
    await using upstream = await startUpstream((request, response) => {
      response.writeHead(302, {
        location: '/next',
        'set-cookie': ['a=1', 'b=2'],
        via: 'x',
        connection: 'close'
      })
      response.end(`${request.headers.cookie} ${String(request.headers['x-own'])}`)
    })
    await using rig = await startRig(open)
    await using worker = startWorker(rig.url)
    await ready(worker, rig)
    const answer = await rig.fetch({
      url: `http://up.example.edu:${upstream.port}/a?b`,
      headers: { 'x-own': '1' },
      cookies: ['s=1', 't=2']
    })
    expect(answer).toMatchObject({ status: 302, setCookies: ['a=1', 'b=2'], worker: 'w1' })
    expect(answer.headers).toMatchObject({ location: '/next', via: 'x' })
    expect(answer.headers).not.toHaveProperty('connection')
    expect([text(answer), upstream.seen]).toEqual(['s=1; t=2 1', ['GET /a?b']])
  })

  test.each([404, 500])('and an answer of %i is an answer', async status => {
    await using upstream = await startUpstream((_, response) => response.writeHead(status).end('no'))
    await using rig = await startRig()
    await using worker = startWorker(rig.url)
    await ready(worker, rig)
    const answer = await rig.fetch({ url: `http://up.example.edu:${upstream.port}/` })
    expect([answer.status, text(answer)]).toEqual([status, 'no'])
  })

  test('with a body that is large, for an answer that is', async () => {
    await using upstream = await startUpstream((_, response, body) => response.end(body))
    await using rig = await startRig(open)
    await using worker = startWorker(rig.url)
    await ready(worker, rig)
    const body = Buffer.alloc(900_000, 'x')
    const answer = await rig.fetch({ method: 'POST', url: `http://up.example.edu:${upstream.port}/`, body })
    expect(Buffer.from(answer.body).equals(body)).toBe(true)
    expect(
      await rig.failed(
        rig.fetch({ method: 'POST', url: `http://up.example.edu:${upstream.port}/`, body, maxBytes: 1_000 })
      )
    ).toMatchObject({ kind: 'too_large' })
  })

  test('without a body, as DELETE and HEAD are', async () => {
    await using upstream = await startUpstream((_, response) => response.end())
    await using rig = await startRig(open)
    await using worker = startWorker(rig.url)
    await ready(worker, rig)
    const url = `http://up.example.edu:${upstream.port}/`
    await rig.fetch({ method: 'DELETE', url })
    await rig.fetch({ method: 'HEAD', url })
    expect(upstream.seen).toEqual(['DELETE /', 'HEAD /'])
    expect(worker.worker.inFlight).toBe(0)
  })

  test('only of hosts that it serves, and of none on its own machine', async () => {
    await using rig = await startRig()
    await using worker = startWorker(rig.url, { hosts: ['*.example.edu', '169.254.169.254'] })
    await ready(worker, rig)
    const refused = rig.workers.status().workers[0]
    expect(refused?.hosts).toEqual(['*.example.edu', '169.254.169.254'])
    expect(await rig.failed(rig.fetch({ url: 'http://www.example.org/' }))).toMatchObject({ kind: 'none' })
    expect(await rig.failed(rig.fetch({ url: 'http://169.254.169.254/latest' }))).toMatchObject({
      kind: 'refused',
      acked: false
    })
  })

  test('and says what went wrong with the upstream', async () => {
    await using upstream = await startUpstream((request, response) => {
      if (request.url === '/gone') response.destroy()
      else response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy())
    })
    const { port } = upstream
    await using rig = await startRig(open)
    await using worker = startWorker(rig.url)
    await ready(worker, rig)
    expect(
      await rig.failed(rig.fetch({ method: 'POST', url: `http://up.example.edu:${port}/gone` }))
    ).toMatchObject({
      kind: 'target',
      fault: 'connect',
      acked: true
    })
    expect(await rig.failed(rig.fetch({ url: `http://up.example.edu:${port}/half` }))).toMatchObject({
      kind: 'target',
      fault: 'body',
      acked: true
    })
    expect(await rig.failed(rig.fetch({ method: 'POST', url: 'http://up.example.edu:1/' }))).toMatchObject({
      kind: 'target',
      fault: 'connect',
      acked: false
    })
    expect(JSON.stringify(rig.log)).not.toContain('half')
  })

  test.each<[string, (response: ServerResponse) => void]>([
    ['a status that is none', response => response.writeHead(999).end()],
    [
      'many headers',
      response => response.writeHead(200, Array.from({ length: 300 }, (_, at) => [`x${at}`, '']).flat()).end()
    ],
    ['a long cookie', response => response.setHeader('set-cookie', `a=${'x'.repeat(9_000)}`).end()]
  ])('and stays connected though the upstream answers with %s', async (_, answer) => {
    await using upstream = await startUpstream((request, response) =>
      request.url === '/odd' ? answer(response) : response.end('fine')
    )
    await using rig = await startRig()
    await using worker = startWorker(rig.url)
    await ready(worker, rig)
    const at = (path: string): string => `http://up.example.edu:${upstream.port}${path}`
    expect(await rig.failed(rig.fetch({ url: at('/odd') }))).toMatchObject({
      kind: 'target',
      fault: 'body',
      acked: true
    })
    expect(text(await rig.fetch({ url: at('/') }))).toBe('fine')
    expect(rig.count('malformed_frames_total')).toBe(0)
  })

  test('and gives it up when nobody wants it any more', async () => {
    let gone = (): void => undefined
    const left = new Promise<void>(resolve => (gone = resolve))
    await using upstream = await startUpstream((_, response) => void response.on('close', gone))
    await using rig = await startRig()
    await using worker = startWorker(rig.url)
    await ready(worker, rig)
    const caller = new AbortController()
    const failure = rig.failed(
      rig.fetch({ url: `http://up.example.edu:${upstream.port}/` }, { signal: caller.signal })
    )
    await upstream.until(1)
    caller.abort()
    expect(await failure).toMatchObject({ kind: 'aborted' })
    await left
    await worker.until(() => worker.worker.inFlight === 0)
  })

  test('in its time', async () => {
    await using upstream = await startUpstream(() => undefined)
    await using rig = await startRig()
    const clock = fakeClock()
    await using worker = startWorker(rig.url, { clock })
    await ready(worker, rig)
    const failure = rig.failed(rig.fetch({ url: `http://up.example.edu:${upstream.port}/` }))
    await upstream.until(1)
    await clock.advance(7_000)
    expect(await failure).toMatchObject({ kind: 'target', fault: 'timeout', acked: true })
  })
})

describe('a worker', () => {
  test('connects again when the connection is lost, later each time', async () => {
    await using rig = await startRig()
    const clock = fakeClock()
    await using worker = startWorker('ws://127.0.0.1:1/_spider', { clock, random: () => 0.999 })
    const waits: number[] = []
    for (let times = 1; times <= 8; times++) {
      await worker.until(() => worker.log.filter(line => line.includes('connecting again')).length === times)
      const { waitMs } = JSON.parse(worker.log.findLast(line => line.includes('waitMs')) ?? '{}') as {
        waitMs: number
      }
      waits.push(Math.round(waitMs / 1_000))
      await clock.advance(waitMs)
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60])
    expect(rig.workers.status().workers).toEqual([])
  })

  test('is there again after the gateway has cut it, and makes nothing of before', async () => {
    await using upstream = await startUpstream((_, response) => response.end('again'))
    await using rig = await startRig()
    const sockets: Socket[] = []
    rig.app.server.on('connection', (socket: Socket) => sockets.push(socket))
    await using worker = startWorker(rig.url, { random: () => 0 })
    await ready(worker, rig)
    const { session } = rig.workers.status().workers[0] ?? {}
    for (const socket of sockets) socket.destroy()
    await rig.until(() => {
      const [one] = rig.workers.status().workers
      return one !== undefined && one.session !== session && one.state === 'ready'
    })
    expect(text(await rig.fetch({ url: `http://up.example.edu:${upstream.port}/` }))).toBe('again')
  })

  test('takes no request from who does not know its key', async () => {
    const impostor = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      handleProtocols: () => 'gw-spider.v1'
    })
    await once(impostor, 'listening')
    const { port } = impostor.address() as AddressInfo
    const asked = once(impostor, 'connection') as Promise<[WebSocket]>
    await using worker = startWorker(`ws://127.0.0.1:${port}/`)
    const [socket] = await asked
    const [hello] = (await once(socket, 'message')) as [Buffer]
    expect(JSON.parse(hello.toString())).toMatchObject({ type: 'hello', name: 'w1' })
    socket.send(JSON.stringify({ type: 'challenge', nonce: 'n'.repeat(32) }))
    await once(socket, 'message')
    socket.send(
      JSON.stringify({
        type: 'ready',
        session: 's',
        heartbeatMs: 20_000,
        maxInFlight: 1,
        mac: 'm'.repeat(43)
      })
    )
    const [code] = (await once(socket, 'close')) as [number]
    expect([code, worker.worker.ready]).toEqual([1008, false])
    expect(worker.logged('not the gateway that the key is of')).toBe(true)
    impostor.close()
  })

  test.each([
    [
      'a request before it is ready',
      {
        type: 'req',
        id: 1,
        method: 'GET',
        url: 'http://up.example.edu/',
        headers: [],
        cookies: [],
        timeoutMs: 1,
        maxBytes: 1,
        redirect: 'manual'
      }
    ],
    ['garbage', 'garbage']
  ])('leaves a gateway that sends %s', async (_, frame) => {
    const impostor = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      handleProtocols: () => 'gw-spider.v1'
    })
    await once(impostor, 'listening')
    const { port } = impostor.address() as AddressInfo
    const asked = once(impostor, 'connection') as Promise<[WebSocket]>
    await using worker = startWorker(`ws://127.0.0.1:${port}/`)
    const [socket] = await asked
    socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
    const [code] = (await once(socket, 'close')) as [number]
    expect([code, worker.worker.inFlight]).toEqual([1008, 0])
    impostor.close()
  })

  test('with a wrong key says why it is refused, and not its key', async () => {
    await using rig = await startRig()
    const key = workerKey('another secret', 'w1')
    await using worker = startWorker(rig.url, { secret: key })
    await worker.until(() => worker.logged('the gateway refuses this worker'))
    expect(worker.log.join('')).not.toContain(key)
    expect(worker.worker.ready).toBe(false)
  })

  test('whose gateway is silent connects again', async () => {
    await using rig = await startRig()
    const clock = fakeClock()
    await using worker = startWorker(rig.url, { clock, random: () => 0 })
    await ready(worker, rig)
    await clock.advance(20_000)
    await clock.advance(20_000)
    await clock.advance(20_000)
    expect(worker.logged('the gateway is silent')).toBe(true)
    await worker.until(() => worker.logged('connecting again'))
    await clock.advance(0)
    await worker.until(() => worker.worker.ready)
  })

  test('that stops finishes what it has, and takes nothing more', async () => {
    let answer = (): void => undefined
    await using upstream = await startUpstream(
      (_, response) => (answer = () => void response.end('the last'))
    )
    await using rig = await startRig()
    await using running = startWorker(rig.url)
    await ready(running, rig)
    const last = rig.fetch({ url: `http://up.example.edu:${upstream.port}/` })
    await upstream.until(1)
    const stopped = running.worker.stop()
    await rig.until(() => rig.workers.status().workers[0]?.state === 'draining')
    expect(await rig.failed(rig.fetch())).toMatchObject({ kind: 'none' })
    answer()
    expect(text(await last)).toBe('the last')
    await stopped
    await rig.until(() => rig.workers.status().workers.length === 0)
  })
})
