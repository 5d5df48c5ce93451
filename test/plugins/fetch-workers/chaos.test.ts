import { once } from 'node:events'
import { promisify } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { chunkFrame } from '../../../src/plugins/fetch-workers/protocol/body-chunk.ts'
import type { WorkerRequest } from '../../../src/plugins/fetch-workers/service.ts'
import { startRig } from './rig.ts'

const open = { config: { credentialHosts: ['*.example.edu'] } }
function connectionsOf(app: FastifyInstance): Promise<number> {
  return promisify<number>(done => app.server.getConnections(done))()
}
const post: Partial<WorkerRequest> = { method: 'POST', body: Buffer.from('a=1') }

describe('a worker that dies', () => {
  test.each<[string, Partial<WorkerRequest>]>([
    ['GET', {}],
    ['POST', post]
  ])('before it takes a %s leaves it to be made by somebody else', async (_, request) => {
    await using rig = await startRig(open)
    const worker = await rig.start()
    const failure = rig.failed(rig.fetch(request))
    await worker.next('req')
    worker.socket.terminate()
    expect(await failure).toMatchObject({ kind: 'lost', acked: false })
    expect(worker.frames.filter(({ type }) => type === 'chunk')).toEqual([])
  })

  test.each<[string, Partial<WorkerRequest>]>([
    ['GET', {}],
    ['POST', post]
  ])('after it took a %s may have made it', async (_, request) => {
    await using rig = await startRig(open)
    const worker = await rig.start()
    const failure = rig.failed(rig.fetch(request))
    worker.ack(await worker.next('req'))
    if (request.body) await worker.next('chunk')
    worker.socket.terminate()
    expect(await failure).toMatchObject({ kind: 'lost', acked: true })
  })

  test('in the middle of an answer has not answered', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    const failure = rig.failed(rig.fetch())
    const request = await worker.next('req')
    worker.ack(request)
    worker.send({ type: 'res', id: request.id, status: 200, headers: [], setCookies: [], body: request.id })
    worker.send(chunkFrame(request.id, Buffer.from('half'), false))
    worker.socket.close()
    expect(await failure).toMatchObject({ kind: 'lost', acked: true })
  })

  test('takes all of its requests with it, and nobody else’s', async () => {
    await using rig = await startRig()
    const [a, b] = [
      await rig.start({ name: 'a', hosts: ['a.example'] }),
      await rig.start({ name: 'b', hosts: ['b.example'] })
    ]
    const lost = ['1', '2', '3'].map(path => rig.failed(rig.fetch({ url: `http://a.example/${path}` })))
    const kept = rig.fetch({ url: 'http://b.example/' })
    for (let times = 0; times < 3; times++) await a.next('req')
    a.socket.terminate()
    expect((await Promise.all(lost)).map(({ kind }) => kind)).toEqual(['lost', 'lost', 'lost'])
    b.serve()
    expect((await kept).worker).toBe('b')
  })

  test('without a word is found out by its silence', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    const quiet = worker.socket as WebSocket & { _autoPong: boolean }
    quiet.pong = () => undefined
    quiet._autoPong = false
    const failure = rig.failed(rig.fetch({}, { deadlineAt: 600_000 }))
    worker.ack(await worker.next('req'))
    await worker.settled()
    await rig.clock.advance(20_100)
    expect(rig.workers.status().workers).toHaveLength(1)
    await rig.clock.advance(20_200)
    await rig.clock.advance(20_200)
    expect(await failure).toMatchObject({ kind: 'lost', acked: true })
    expect([rig.workers.status().workers, rig.count('dead_total')]).toEqual([[], 1])
  })

  test('is not one that answers pings', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    for (let times = 0; times < 6; times++) {
      const pinged = once(worker.socket, 'ping')
      await rig.clock.advance(20_100)
      await pinged
      await worker.settled()
    }
    expect(rig.workers.status().workers).toHaveLength(1)
  })
})

describe('a worker that is slow', () => {
  test('to take a request loses it, and is told so', async () => {
    await using rig = await startRig(open)
    const worker = await rig.start()
    const failure = rig.failed(rig.fetch(post))
    const { id } = await worker.next('req')
    await rig.clock.advance(2_100)
    expect(await failure).toMatchObject({ kind: 'timeout', acked: false })
    expect(await worker.next('cancel')).toEqual({ type: 'cancel', id })
  })

  test('to take it, and takes it after all, gets no body for it: so it makes nothing', async () => {
    await using rig = await startRig(open)
    const worker = await rig.start()
    const failure = rig.failed(rig.fetch(post))
    const request = await worker.next('req')
    await rig.clock.advance(2_100)
    await failure
    await worker.next('cancel')
    worker.ack(request)
    await rig.until(() => rig.count('late_frames_total') === 1)
    const again = rig.fetch()
    const next = await worker.next('req')
    worker.ack(next)
    worker.answer(next)
    await again
    expect(worker.frames).toEqual([])
  })

  test('to answer has the time of the request, and no more', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    const failure = rig.failed(rig.fetch({}, { deadlineAt: 5_000 }))
    const request = await worker.next('req')
    expect(request.timeoutMs).toBe(5_000)
    worker.ack(request)
    await worker.settled()
    await rig.clock.advance(4_900)
    expect(rig.workers.status().workers).toMatchObject([{ inFlight: 1 }])
    await rig.clock.advance(200)
    expect(await failure).toMatchObject({ kind: 'timeout', acked: true })
    await worker.next('cancel')
    worker.answer(request, 'late')
    await rig.until(() => rig.count('late_frames_total') === 2)
    expect(rig.workers.status().workers).toMatchObject([{ inFlight: 0, failures: 1 }])
  })

  test('leaves the second no more time than there was', async () => {
    await using rig = await startRig()
    const workers = [await rig.start({ name: 'a' }), await rig.start({ name: 'b' })]
    const failure = rig.failed(rig.fetch({}, { deadlineAt: 3_000 }))
    const asked = workers.map(worker => worker.next('req'))
    const first = await Promise.race(asked)
    expect(first.timeoutMs).toBe(3_000)
    await rig.clock.advance(2_000)
    const [one, two] = await Promise.all(asked)
    expect([one?.timeoutMs, two?.timeoutMs].toSorted((x = 0, y = 0) => x - y)).toEqual([1_000, 3_000])
    await rig.clock.advance(1_100)
    expect(await failure).toMatchObject({ kind: 'timeout', acked: false })
    expect(rig.clock.monotonic()).toBeLessThan(3_200)
  })

  test('is not asked when there is no time left', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    expect(await rig.failed(rig.fetch({}, { deadlineAt: 0 }))).toMatchObject({
      kind: 'timeout',
      acked: false
    })
    expect(worker.frames).toEqual([])
  })
})

describe('a caller that gives up', () => {
  test('is told at once, and so is the worker', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    const caller = new AbortController()
    const failure = rig.failed(rig.fetch({}, { signal: caller.signal }))
    const { id } = await worker.next('req')
    caller.abort()
    expect(await failure).toMatchObject({ kind: 'aborted', acked: false })
    expect(await worker.next('cancel')).toEqual({ type: 'cancel', id })
    expect(await rig.failed(rig.fetch({}, { signal: caller.signal }))).toMatchObject({ kind: 'aborted' })
    expect(worker.frames).toEqual([])
  })
})

describe('an answer of more bytes than may be', () => {
  test('is ended, and nobody makes the request again', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    const failure = rig.failed(rig.fetch({ maxBytes: 10 }))
    const request = await worker.next('req')
    worker.ack(request)
    worker.answer(request, 'more than ten')
    expect(await failure).toMatchObject({ kind: 'too_large', acked: true })
    await worker.next('cancel')
  })
})

describe('what a worker says of a failure', () => {
  test.each([
    [
      { kind: 'dns', sent: false },
      { kind: 'target', fault: 'dns', acked: false }
    ],
    [
      { kind: 'tls', sent: false },
      { kind: 'target', fault: 'tls', acked: false }
    ],
    [
      { kind: 'connect', sent: true },
      { kind: 'target', fault: 'connect', acked: true }
    ],
    [
      { kind: 'timeout', sent: true },
      { kind: 'target', fault: 'timeout', acked: true }
    ],
    [
      { kind: 'body', sent: true },
      { kind: 'target', fault: 'body', acked: true }
    ],
    [
      { kind: 'too_large', sent: true },
      { kind: 'too_large', acked: true }
    ],
    [
      { kind: 'blocked', sent: false },
      { kind: 'refused', acked: false }
    ]
  ])('%j is understood', async (said, failure) => {
    await using rig = await startRig()
    const worker = await rig.start()
    const failed = rig.failed(rig.fetch())
    const request = await worker.next('req')
    worker.ack(request)
    worker.send({ type: 'err', id: request.id, message: 'no', ...said })
    expect(await failed).toMatchObject(failure)
  })

  test('is not believed where it cannot be: what it has not taken it has not sent', async () => {
    await using rig = await startRig(open)
    const worker = await rig.start()
    const failed = rig.failed(rig.fetch(post))
    const { id } = await worker.next('req')
    worker.send({ type: 'err', id, kind: 'connect', message: 'no', sent: true })
    expect(await failed).toMatchObject({ kind: 'target', acked: false })
  })
})

describe('a worker that breaks the rules after its login has to go, and its requests are lost', () => {
  test.each<[string, (id: number) => unknown[]]>([
    ['garbage', () => ['garbage']],
    ['an unknown frame', () => [{ type: 'nonsense' }]],
    [
      'a second login',
      () => [{ type: 'hello', v: 1, name: 'w1', nonce: 'n'.repeat(32), caps: { maxInFlight: 1 } }]
    ],
    ['an ack of nothing', () => [{ type: 'ack', id: 99 }]],
    [
      'two acks',
      id => [
        { type: 'ack', id },
        { type: 'ack', id }
      ]
    ],
    [
      'an answer to what it has not taken',
      id => [{ type: 'res', id, status: 200, headers: [], setCookies: [], body: id }]
    ],
    [
      'an answer with the body of another',
      id => [
        { type: 'ack', id },
        { type: 'res', id, status: 200, headers: [], setCookies: [], body: 99 }
      ]
    ],
    ['a body without an answer', id => [{ type: 'ack', id }, chunkFrame(id, Buffer.from('x'), true)]],
    ['a body of nothing', () => [chunkFrame(99, Buffer.from('x'), true)]],
    ['a chunk that is too short', () => [Buffer.from([0, 0])]],
    ['a chunk with unknown flags', () => [Buffer.from([0, 0, 0, 1, 8])]],
    [
      'a chunk that is too long',
      id => [Buffer.concat([chunkFrame(id, Buffer.alloc(0), false), Buffer.alloc(70_000)])]
    ]
  ])('%s', async (_, frames) => {
    await using rig = await startRig(open)
    const worker = await rig.start()
    const failure = rig.failed(rig.fetch(post))
    const { id } = await worker.next('req')
    for (const frame of frames(id)) worker.send(frame)
    expect(await worker.next('deny')).toMatchObject({ reason: 'malformed' })
    expect(await failure).toMatchObject({ kind: 'lost' })
    expect(await worker.closed()).toBe(1008)
    expect(rig.workers.status().workers).toEqual([])
    await rig.start()
  })

  test('a frame of more bytes than may be', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    worker.send(Buffer.alloc(200_000))
    expect(await worker.closed()).toBe(1009)
    expect(rig.workers.status().workers).toEqual([])
  })

  test('one that does not close when it is told to is cut', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    worker.socket.pause()
    worker.send('garbage')
    await rig.until(() => rig.workers.status().workers.length === 0)
    const cut = worker.closed()
    await rig.clock.advance(10_100)
    worker.socket.resume()
    expect(await cut).not.toBe(1001)
    expect(await connectionsOf(rig.app)).toBe(0)
  })
})

describe('when the gateway closes', () => {
  test('workers finish what they have, get nothing more, and are told that it goes', async () => {
    const rig = await startRig({ server: { closeMs: 10_000 } })
    const worker = await rig.start()
    const answer = rig.fetch()
    const request = await worker.next('req')
    const closed = rig.app.close()
    await worker.next('drain')
    expect(await rig.failed(rig.fetch())).toMatchObject({ kind: 'none' })
    worker.ack(request)
    worker.answer(request, 'the last')
    expect(Buffer.from((await answer).body).toString()).toBe('the last')
    expect(await worker.closed()).toBe(1001)
    await closed
  })

  test('it does not wait for ever', async () => {
    const rig = await startRig({ server: { closeMs: 200 } })
    const worker = await rig.start()
    const failure = rig.failed(rig.fetch())
    await worker.next('req')
    await rig.app.close()
    expect(await failure).toMatchObject({ kind: 'lost' })
  })
})
