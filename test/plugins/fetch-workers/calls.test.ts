import { describe, expect, test } from 'vitest'
import { chunkFrame } from '../../../src/plugins/fetch-workers/protocol/body-chunk.ts'
import { startRig, type Rig, type ScriptedWorker } from './rig.ts'

const text = ({ body }: { readonly body: Uint8Array }): string => Buffer.from(body).toString()
const open = { config: { credentialHosts: ['*.example.edu'] } }

describe('a request', () => {
  test('is handed to a worker with all that belongs to it', async () => {
    await using rig = await startRig(open)
    const worker = await rig.start()
    const answer = rig.fetch({
      url: 'http://up.example.edu/a?b=c',
      headers: { accept: 'text/html', authorization: 'Bearer t' },
      cookies: ['sid=1', 'x=2'],
      maxBytes: 1_000
    })
    const request = await worker.next('req')
    expect(request).toEqual({
      type: 'req',
      id: 1,
      method: 'GET',
      url: 'http://up.example.edu/a?b=c',
      headers: [
        ['accept', 'text/html'],
        ['authorization', 'Bearer t']
      ],
      cookies: ['sid=1', 'x=2'],
      timeoutMs: 7_000,
      maxBytes: 1_000,
      redirect: 'manual'
    })
    worker.ack(request)
    worker.answer(request, 'hello', {
      status: 302,
      headers: [
        ['Location', '/x'],
        ['via', 'a'],
        ['Via', 'b']
      ],
      setCookies: ['a=1; HttpOnly', 'b=2']
    })
    expect(await answer).toEqual({
      status: 302,
      headers: { location: '/x', via: ['a', 'b'] },
      setCookies: ['a=1; HttpOnly', 'b=2'],
      body: Buffer.from('hello'),
      worker: 'w1'
    })
    expect([rig.count('requests_total'), rig.count('answers_total')]).toEqual([1, 1])
  })

  test.each([404, 500, 503])('that the upstream answers with %i is answered', async status => {
    await using rig = await startRig()
    const worker = await rig.start()
    worker.serve(frame => worker.answer(frame, 'no', { status }))
    expect(await rig.fetch()).toMatchObject({ status, body: Buffer.from('no') })
    expect(rig.workers.status().workers).toMatchObject([{ requests: 1, failures: 0 }])
  })

  test('that may change something is sent in two steps: taken, and then its body, even if that is empty', async () => {
    await using rig = await startRig(open)
    const worker = await rig.start()
    for (const [method, body] of [
      ['POST', Buffer.from('a=1')],
      ['DELETE', undefined]
    ] as const) {
      const answer = rig.fetch({ method, body })
      const request = await worker.next('req')
      expect(request.body).toBe(request.id)
      await worker.settled()
      expect(worker.frames).toEqual([])
      worker.ack(request)
      expect(await worker.next('chunk')).toEqual({
        type: 'chunk',
        stream: request.id,
        last: true,
        text: body?.toString() ?? ''
      })
      worker.answer(request)
      await answer
    }
  })

  test('with a large body, and a large answer, is all of both', async () => {
    await using rig = await startRig(open)
    const worker = await rig.start()
    const body = Buffer.alloc(200_000, 'b')
    const answer = rig.fetch({ method: 'PUT', body })
    const request = await worker.next('req')
    worker.ack(request)
    let got = ''
    for (let last = false; !last;) {
      const chunk = await worker.next('chunk')
      got += chunk.text
      ;({ last } = chunk)
    }
    expect(got).toBe(body.toString())
    worker.send({ type: 'res', id: request.id, status: 200, headers: [], setCookies: [], body: request.id })
    for (let at = 0; at < 10; at++)
      worker.send(chunkFrame(request.id, Buffer.alloc(50_000, String(at)), at === 9))
    const { body: whole } = await answer
    expect(whole).toEqual(
      Buffer.concat(Array.from({ length: 10 }, (_, at) => Buffer.alloc(50_000, String(at))))
    )
  })

  test('is one of many at the same time', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    const answers = ['a', 'b', 'c'].map(path => rig.fetch({ url: `http://up.example.edu/${path}` }))
    const requests = [await worker.next('req'), await worker.next('req'), await worker.next('req')]
    for (const request of requests.toReversed()) {
      worker.ack(request)
      worker.answer(request, request.url)
    }
    expect((await Promise.all(answers)).map(text)).toEqual([
      'http://up.example.edu/a',
      'http://up.example.edu/b',
      'http://up.example.edu/c'
    ])
  })
})

describe('there is no worker', () => {
  test('at all', async () => {
    await using rig = await startRig()
    expect(await rig.failed(rig.fetch())).toMatchObject({
      kind: 'none',
      acked: false,
      entry: { key: 'worker.failed' }
    })
    expect(rig.workers.status().failures['none']).toBe(1)
  })

  test('that has logged in', async () => {
    await using rig = await startRig()
    await rig.open().hello()
    expect(await rig.failed(rig.fetch())).toMatchObject({ kind: 'none' })
  })

  test('that serves the host', async () => {
    await using rig = await startRig()
    const worker = await rig.start({ hosts: ['www.example.org'] })
    worker.serve()
    expect(await rig.failed(rig.fetch())).toMatchObject({ kind: 'none' })
    expect(text(await rig.fetch({ url: 'https://www.example.org/' }))).toBe('by worker')
  })

  test('that has room', async () => {
    await using rig = await startRig()
    const worker = await rig.start({ maxInFlight: 1 })
    const first = rig.fetch()
    const request = await worker.next('req')
    expect(await rig.failed(rig.fetch())).toMatchObject({ kind: 'none' })
    worker.ack(request)
    worker.answer(request)
    await first
    worker.serve()
    await rig.fetch()
  })

  test('wanted', async () => {
    await using rig = await startRig()
    await rig.start()
    expect(await rig.failed(rig.fetch({}, { mode: 'never' }))).toMatchObject({ kind: 'none' })
  })

  test('that says it drains', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    worker.send({ type: 'drain' })
    await rig.until(() => rig.workers.status().workers[0]?.state === 'draining')
    expect(await rig.failed(rig.fetch())).toMatchObject({ kind: 'none' })
  })
})

describe('a request that fits into no frame', () => {
  test.each<[string, object]>([
    ['a long address', { url: `http://up.example.edu/${'x'.repeat(17_000)}` }],
    ['a long cookie', { cookies: ['x'.repeat(9_000)] }],
    [
      'many headers',
      { headers: Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`x-${at}`, '1'])) }
    ],
    ['more in all than may be', { cookies: Array.from({ length: 40 }, () => 'x'.repeat(4_000)) }]
  ])('with %s is given to nobody, and ends no connection', async (_, request) => {
    await using rig = await startRig(open)
    const worker = await rig.start()
    expect(await rig.failed(rig.fetch(request))).toMatchObject({ kind: 'refused', acked: false })
    worker.serve()
    expect(text(await rig.fetch())).toBe('by worker')
  })
})

describe('credentials', () => {
  const held: [string, object][] = [
    ['cookies', { cookies: ['a=1'] }],
    ['a body', { method: 'POST', body: Buffer.from('password=p') }],
    ['an Authorization', { headers: { authorization: 'Bearer t' } }],
    ['a header of any name', { headers: { 'x-own': '1' } }]
  ]

  test.each(held)('such as %s leave the gateway for no other host', async (_, request) => {
    await using rig = await startRig({ config: { credentialHosts: ['other.example.edu'] } })
    const worker = await rig.start()
    worker.serve()
    expect(await rig.failed(rig.fetch(request))).toMatchObject({ kind: 'credentials', acked: false })
    expect(text(await rig.fetch({ ...request, url: 'http://other.example.edu/' }))).toBe('by worker')
    expect(rig.workers.status().failures['credentials']).toBe(1)
  })

  test('are not what says how an answer shall be', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    worker.serve()
    expect(text(await rig.fetch({ headers: { accept: '*/*', 'user-agent': 'x' } }))).toBe('by worker')
    expect(text(await rig.fetch({ method: 'DELETE' }))).toBe('by worker')
  })
})

describe('who makes a request', () => {
  test('is said by the first rule that fits, else by the mode', async () => {
    await using rig = await startRig({
      config: {
        mode: 'never',
        rules: [
          { hosts: ['intern.example.edu'], mode: 'only' },
          { hosts: ['*.example.edu'], methods: ['GET'], mode: 'prefer' },
          { plugins: ['portal'], mode: 'prefer' }
        ]
      }
    })
    const mode = (method: string, host: string, plugin?: string): string =>
      rig.workers.modeFor({ method, url: new URL(`http://${host}/`), plugin })
    expect(mode('POST', 'intern.example.edu')).toBe('only')
    expect(mode('GET', 'www.example.edu')).toBe('prefer')
    expect(mode('POST', 'www.example.edu')).toBe('never')
    expect(mode('POST', 'www.example.edu', 'portal')).toBe('prefer')
    expect(mode('GET', 'www.example.org', 'other')).toBe('never')
  })
})

/** Requests that are with workers, by the worker’s name. */
function inFlight(rig: Rig): Record<string, number> {
  return Object.fromEntries(rig.workers.status().workers.map(({ name, inFlight: count }) => [name, count]))
}

describe('of several workers', () => {
  test('each gets its share', async () => {
    await using rig = await startRig()
    for (const name of ['a', 'b', 'c']) await rig.start({ name, maxInFlight: 100 })
    const answers = Array.from({ length: 90 }, () => rig.fetch().catch(() => undefined))
    await rig.until(() => Object.values(inFlight(rig)).reduce((sum, count) => sum + count, 0) === 90)
    for (const count of Object.values(inFlight(rig))) expect(count).toBeGreaterThan(20)
    await rig.app.close()
    await Promise.all(answers)
  })

  test('the slow one gets less', async () => {
    await using rig = await startRig()
    const workers = [
      await rig.start({ name: 'slow', maxInFlight: 100 }),
      await rig.start({ name: 'fast', maxInFlight: 100 })
    ]
    const served = { slow: 0, fast: 0 }
    const serve = async (worker: ScriptedWorker, ms: number): Promise<void> => {
      worker.serve(frame => {
        served[worker.name as keyof typeof served]++
        if (ms > 0) rig.clock.after(ms, () => worker.answer(frame))
        else worker.answer(frame)
      })
    }
    await Promise.all(workers.map((worker, at) => serve(worker, at === 0 ? 500 : 0)))
    for (let round = 0; round < 40; round++) {
      const answer = rig.fetch()
      await rig.until(() => served.slow + served.fast === round + 1)
      await rig.clock.advance(500)
      await answer
    }
    expect(served.fast).toBeGreaterThan(served.slow * 2)
  })

  test('the one whose network is broken, so that it fails at once, gets less', async () => {
    await using rig = await startRig()
    const [broken, good] = [await rig.start({ name: 'broken' }), await rig.start({ name: 'good' })]
    const served = { broken: 0, good: 0 }
    broken.serve(({ id }) => {
      served.broken++
      broken.send({ type: 'err', id, kind: 'dns', message: 'no', sent: false })
    })
    good.serve(frame => {
      served.good++
      good.answer(frame)
    })
    for (let round = 0; round < 30; round++) await rig.fetch().catch(() => undefined)
    expect(served.good).toBeGreaterThan(served.broken * 4)
  })

  test('one whose callers gave up is as slow as they were patient', async () => {
    await using rig = await startRig()
    const worker = await rig.start()
    const giveUp = async (afterMs: number): Promise<number | undefined> => {
      const caller = new AbortController()
      const failure = rig.failed(rig.fetch({}, { signal: caller.signal }))
      worker.ack(await worker.next('req'))
      await worker.settled()
      await rig.clock.advance(afterMs)
      caller.abort()
      expect(await failure).toMatchObject({ kind: 'aborted' })
      return rig.workers.status().workers[0]?.latencyMs
    }
    expect([await giveUp(0), await giveUp(5_000), await giveUp(100)]).toEqual([0, 5_000, 5_000])
    expect(rig.workers.status().workers).toMatchObject([{ failures: 0 }])
  })

  test('another gets the request when the first has gone before it took it', async () => {
    await using rig = await startRig()
    const workers = [await rig.start({ name: 'a' }), await rig.start({ name: 'b' })]
    const answer = rig.fetch({ method: 'DELETE' })
    const first = await Promise.race(workers.map(async worker => [worker, await worker.next('req')] as const))
    const second = workers.find(worker => worker !== first[0])
    first[0].socket.terminate()
    second?.serve()
    expect((await answer).worker).toBe(second?.name)
    expect(rig.count('second_workers_total')).toBe(1)
  })

  test('no third gets it', async () => {
    await using rig = await startRig()
    const workers = [
      await rig.start({ name: 'a' }),
      await rig.start({ name: 'b' }),
      await rig.start({ name: 'c' })
    ]
    for (const worker of workers)
      worker.next('req').then(
        ({ id }) => worker.send({ type: 'err', id, kind: 'busy', message: 'no room', sent: false }),
        () => undefined
      )
    expect(await rig.failed(rig.fetch())).toMatchObject({ kind: 'refused', acked: false })
    expect(
      rig.workers
        .status()
        .workers.map(({ requests }) => requests)
        .toSorted((a, b) => a - b)
    ).toEqual([0, 1, 1])
  })
})
