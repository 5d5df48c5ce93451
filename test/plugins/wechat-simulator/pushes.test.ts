import { describe, expect, test } from 'vitest'
import { simulatedAccount } from '../../../src/plugins/wechat-simulator/account.ts'
import type { PushFault, Step } from '../../../src/plugins/wechat-simulator/faults.ts'
import { textMessage } from '../../../src/plugins/wechat-simulator/message.ts'
import { Pushes, type PushBehaviour, type PushOutcome } from '../../../src/plugins/wechat-simulator/pushes.ts'
import { faultSource } from '../../../src/plugins/wechat-simulator/script.ts'
import { isSignature } from '../../../src/wechat/signature.ts'
import { textReplyXml } from '../../../src/wechat/text-reply.ts'
import { fakeClock } from '../../../src/testing/index.ts'

interface Sent {
  /** By the clock, since the start. */
  readonly at: number
  readonly query: URLSearchParams
  readonly body: string
}

/** What the server does with a push: a body, a status, or (`undefined`) nothing for ever. */
type Server = (count: number) => string | number | undefined

/** Pushes to a server without a network, with a clock that is owned. */
function made(server: Server, steps: readonly Step[] = [], changes: Partial<PushBehaviour> = {}) {
  const clock = fakeClock()
  const account = simulatedAccount({ mode: 'plain' })
  const sent: Sent[] = []
  const behaviour = {
    callbackUrl: 'http://callback/?a=1',
    format: 'xml',
    resend: 'same',
    ...changes
  } as const
  const source = faultSource(steps)
  const send: typeof fetch = async (url, init) => {
    const query = new URL(url as string).searchParams
    const answer = server(sent.push({ at: clock.monotonic(), query, body: init?.body as string }))
    if (answer === undefined)
      return new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      })
    return typeof answer === 'number' ? new Response('', { status: answer }) : new Response(answer)
  }
  const pushes = new Pushes({ account, clock, behaviour, faults: () => source, fetch: send })
  const push = (): Promise<PushOutcome> => pushes.push(textMessage('oAnn', 'Hello'))
  const times = (): number[] => sent.map(({ at }) => at)
  return { clock, account, pushes, push, sent, times }
}

const fault = (one: PushFault): Step[] => [{ on: 'push', ...one }]
const signatures = (sent: readonly Sent[]) => new Set(sent.map(({ query }) => query.get('signature')))

test('a push that is answered is sent once, signed, beside the callback’s own query', async () => {
  const { account, push, sent, clock } = made(() => 'success')
  expect(await push()).toEqual({ result: 'answered', problems: [] })
  expect(sent).toHaveLength(1)
  const [{ query, body } = { query: new URLSearchParams(), body: '' }] = sent
  const [signature, time, nonce] = ['signature', 'timestamp', 'nonce'].map(name => query.get(name) ?? '')
  expect(isSignature(signature ?? '', account.token, time ?? '', nonce ?? '')).toBe(true)
  expect(Number(time)).toBe(clock.now() / 1000)
  expect(query.get('openid')).toBe('oAnn')
  expect(query.get('a')).toBe('1')
  expect(body).toContain(`<CreateTime>${clock.now() / 1000}</CreateTime>`)
})

test('the text of a reply is given back', async () => {
  const { account, push } = made(() =>
    textReplyXml({ to: 'oAnn', from: account.originalId, createdAt: 1, content: 'Hi' })
  )
  expect(await push()).toMatchObject({ result: 'answered', reply: 'Hi' })
})

test('where there is no callback, nothing is sent', async () => {
  const { push, sent } = made(() => 'success', [], { callbackUrl: undefined })
  expect(await push()).toEqual({ result: 'nowhere', problems: [] })
  expect(sent).toEqual([])
})

describe('a push that is not answered in five seconds', () => {
  test('is sent three times, and then the service is at fault', async () => {
    const { clock, push, times } = made(() => undefined)
    const outcome = push()
    await clock.advance(14_999)
    expect(times()).toEqual([0, 5_000, 10_000])
    await clock.advance(1)
    const problem = 'it did not answer within 5000 ms'
    expect(await outcome).toEqual({ result: 'fault', problems: [problem, problem, problem] })
  })

  test.each([
    ['500', 500, 'it answered 500'],
    ['a redirect', 302, 'it answered 302'],
    ['JSON', '{"ok":true}', 'it is no XML'],
    ['HTML', '<html></html>', 'it is no message']
  ])('is as good as one that is answered with %s', async (_, answer, problem) => {
    const { clock, push, times } = made(() => answer)
    const outcome = push()
    await clock.advance(15_000)
    expect(await outcome).toEqual({ result: 'fault', problems: [problem, problem, problem] })
    expect(times()).toEqual([0, 5_000, 10_000])
  })

  test('is forgiven when a later try is answered', async () => {
    const { clock, push, times } = made(count => (count < 3 ? 500 : 'success'))
    const outcome = push()
    await clock.advance(10_000)
    expect(await outcome).toMatchObject({
      result: 'answered',
      problems: ['it answered 500', 'it answered 500']
    })
    expect(times()).toEqual([0, 5_000, 10_000])
  })
})

describe('a push that is sent again', () => {
  test('is the same to the letter, when that is set', async () => {
    const { clock, push, sent } = made(count => (count === 1 ? 500 : 'success'))
    const outcome = push()
    await clock.advance(5_000)
    await outcome
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual({ ...sent[0], at: 5_000 })
  })

  test('has a new timestamp and nonce, when that is set, and the same content', async () => {
    const { clock, push, sent } = made(count => (count === 1 ? 500 : 'success'), [], { resend: 'fresh' })
    const outcome = push()
    await clock.advance(5_000)
    await outcome
    const [first, second] = sent.map(({ query }) => Number(query.get('timestamp')))
    expect((second ?? 0) - (first ?? 0)).toBe(5)
    expect(signatures(sent).size).toBe(2)
    expect(sent[1]?.body).toBe(sent[0]?.body)
  })
})

describe('MarkFail', () => {
  test('stops pushes for a minute, after three in a row that failed', async () => {
    let answer: string | number = 500
    const { clock, push, pushes, sent } = made(() => answer)
    for (let count = 0; count < 3; count++) {
      expect(pushes.stopped).toBe(false)
      const outcome = push()
      await clock.advance(15_000)
      expect(await outcome).toMatchObject({ result: 'fault' })
    }
    answer = 'success'
    expect(pushes.stopped).toBe(true)
    expect(await push()).toEqual({ result: 'stopped', problems: [] })
    await clock.advance(59_999)
    expect(await push()).toMatchObject({ result: 'stopped' })
    expect(sent).toHaveLength(9)
    await clock.advance(1)
    expect(await push()).toMatchObject({ result: 'answered' })
  })

  test('counts anew after a push that was answered', async () => {
    let answer: string | number = 500
    const { clock, push, pushes } = made(() => answer)
    for (const next of [500, 500, 'success', 500, 500]) {
      answer = next
      const outcome = push()
      await clock.advance(15_000)
      await outcome
    }
    expect(pushes.stopped).toBe(false)
  })
})

describe('a script strikes pushes', () => {
  test('which leave late', async () => {
    const { clock, push, times } = made(() => 'success', fault({ do: 'late', ms: 7_000 }))
    const outcome = push()
    await clock.advance(7_000)
    expect(await outcome).toMatchObject({ result: 'answered' })
    expect(times()).toEqual([7_000])
  })

  test('which are lost', async () => {
    const { push, sent } = made(() => 'success', fault({ do: 'lose' }))
    expect(await push()).toEqual({ result: 'lost', problems: [] })
    expect(sent).toEqual([])
  })

  test('which leave more than once, alike or not', async () => {
    const alike = made(() => 'success', fault({ do: 'duplicate', copies: 3 }))
    await alike.push()
    expect(alike.times()).toEqual([0, 0, 0])
    expect(signatures(alike.sent).size).toBe(1)
    const unlike = made(() => 'success', fault({ do: 'duplicate', as: 'fresh' }))
    await unlike.push()
    expect(unlike.times()).toEqual([0, 0])
    expect(signatures(unlike.sent).size).toBe(2)
  })

  test('whose answer is not heard, alike or not', async () => {
    for (const as of ['same', 'fresh'] as const) {
      const { clock, push, times, sent } = made(() => 'success', fault({ do: 'deaf', tries: 2, as }))
      const outcome = push()
      await clock.advance(10_000)
      expect(await outcome).toMatchObject({ result: 'answered', problems: { length: 2 } })
      expect(times()).toEqual([0, 5_000, 10_000])
      expect(signatures(sent).size).toBe(as === 'same' ? 1 : 3)
    }
  })

  test('whose clock is off', async () => {
    const { clock, push, sent } = made(() => 'success', fault({ do: 'skew', ms: -600_000 }))
    await push()
    const seconds = clock.now() / 1000 - 600
    expect(sent[0]?.query.get('timestamp')).toBe(String(seconds))
    expect(sent[0]?.body).toContain(`<CreateTime>${seconds}</CreateTime>`)
  })
})

test('what is under way ends with the simulator', async () => {
  const { push, pushes, times, clock } = made(() => undefined)
  const outcome = push()
  await clock.advance(0)
  pushes.close()
  expect(await outcome).toMatchObject({ result: 'lost' })
  await clock.advance(60_000)
  expect(times()).toEqual([0])
  expect(await push()).toMatchObject({ result: 'lost' })
})
