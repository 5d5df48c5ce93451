import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import { Wheel } from '../../../src/core/index.ts'
import { Counters } from '../../../src/plugins/sse-hub/counters.ts'
import { encodeEvent } from '../../../src/plugins/sse-hub/event-text.ts'
import { FanOut } from '../../../src/plugins/sse-hub/fan-out.ts'
import type { Frame } from '../../../src/plugins/sse-hub/frame.ts'
import { OpenStream } from '../../../src/plugins/sse-hub/open-stream.ts'
import type { OpenResponse } from '../../../src/plugins/sse-hub/response.ts'
import type { SlowReaderPolicy } from '../../../src/plugins/sse-hub/service.ts'
import type { StreamHost, StreamOptions } from '../../../src/plugins/sse-hub/stream-host.ts'
import { Topic } from '../../../src/plugins/sse-hub/topic.ts'
import { fakeClock } from '../../../src/testing/index.ts'

/** A connection whose reader takes what it is told to take. It holds 100 bytes by itself. */
export class FakeConnection extends Writable {
  /** What was written at a time. */
  readonly writes: string[] = []
  reading = true
  #resume: (() => void) | undefined

  constructor() {
    super({ highWaterMark: 100 })
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#taken(bytes.toString(), done)
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: () => void): void {
    this.#taken(chunks.map(({ chunk }) => chunk.toString()).join(''), done)
  }

  /** Takes all that waits, and what comes. */
  async read(): Promise<void> {
    this.reading = true
    this.#resume?.()
    await new Promise(resolve => setImmediate(resolve))
  }

  /** Takes what was handed over, and no more. */
  async takeOne(): Promise<void> {
    const resume = this.#resume
    this.#resume = undefined
    resume?.()
    await new Promise(resolve => setImmediate(resolve))
  }

  #taken(text: string, done: () => void): void {
    const take = (): void => {
      this.writes.push(text)
      done()
    }
    if (this.reading) take()
    else this.#resume = take
  }
}

export interface FakeHostOptions {
  readonly maxQueueBytes?: number
  readonly maxEventBytes?: number
  readonly stalledMs?: number
  readonly heartbeatMs?: number
}

/** Streams without HTTP: what they need of a hub, and their other ends. */
export function fakeHost({
  maxQueueBytes = 1_000,
  maxEventBytes = 500,
  stalledMs = 10_000,
  heartbeatMs = 20_000
}: FakeHostOptions = {}) {
  const clock = fakeClock()
  const wheel = new Wheel(clock)
  const fanOut = new FanOut(() => wheel.now())
  const ends: string[] = []
  let seq = 0
  const host: StreamHost = {
    epoch: 'abcdefgh',
    wheel,
    counters: new Counters(),
    maxQueueBytes,
    stalledMs,
    heartbeatMs,
    encode: event => encodeEvent(event, maxEventBytes),
    retryMs: () => 1_234,
    settle: stream => fanOut.settle(stream),
    settledSeq: () => (fanOut.busy ? undefined : seq),
    leave: stream => {
      for (const topic of stream.topics) topic.readers.delete(stream)
    },
    gone: (_, end) => void ends.push(end)
  }

  const topic = (name = 'a', slowReaders: SlowReaderPolicy = 'disconnect'): Topic =>
    new Topic(
      name,
      {
        historyEvents: 10,
        historyBytes: 1e6,
        historyMs: 1e6,
        slowReaders,
        maxStreams: 9,
        authorize: undefined
      },
      0
    )

  /** An event whose bytes are `text`, filled up to `length`. */
  const frame = (
    to: Topic,
    text: string,
    { length = 0, key }: { length?: number; key?: string } = {}
  ): Frame => ({
    bytes: Buffer.from(`${text};`.padEnd(length, '.')),
    epoch: host.epoch,
    seq: ++seq,
    topic: to,
    key: key === undefined ? undefined : `${to.name} ${key}`,
    at: wheel.now()
  })

  const open = (topics: readonly Topic[], options: Partial<StreamOptions> = {}) => {
    const out = new FakeConnection()
    const raw = Object.assign(new EventEmitter(), {
      end: () => out.end(),
      destroy: () => out.destroy()
    })
    out.once('close', () => raw.emit('close'))
    const response = { raw, out } as unknown as OpenResponse
    const share = { network: '::1', principal: undefined }
    const stream = new OpenStream(host, response, {
      topics,
      share,
      announce: true,
      lifeMs: 1e9,
      gapText: '',
      replay: [],
      ...options
    })
    for (const each of topics) each.readers.add(stream)
    return { stream, out }
  }
  const tick = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
  return { clock, wheel, fanOut, host, ends, topic, frame, open, tick, counters: host.counters }
}
