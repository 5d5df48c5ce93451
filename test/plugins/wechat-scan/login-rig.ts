import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { Codes } from '../../../src/plugins/wechat-scan/exchange-codes.ts'
import { Limits } from '../../../src/plugins/wechat-scan/limits.ts'
import { Counters } from '../../../src/plugins/wechat-scan/login-counters.ts'
import { HandleStore } from '../../../src/plugins/wechat-scan/login-handle.ts'
import { Logins, type Asker } from '../../../src/plugins/wechat-scan/login.ts'
import type { ScanPush } from '../../../src/plugins/wechat-scan/push.ts'
import { SceneStore } from '../../../src/plugins/wechat-scan/scene-store.ts'
import { ScenesSink } from '../../../src/plugins/wechat-scan/scene-sink.ts'
import { textsIn } from '../../../src/plugins/wechat-scan/confirm-texts.ts'
import { DayQuota } from '../../../src/plugins/wechat-scan/stock-quota.ts'
import { Stock } from '../../../src/plugins/wechat-scan/stock.ts'
import type { QrCode } from '../../../src/plugins/wechat-scan/wechat-api.ts'
import type { EventStream, HubEvent, SseHub, StreamEnd } from '../../../src/plugins/sse-hub/service.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../src/plugins/state/service.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

/** A logger that keeps `level: message` of every line. */
export function fakeLog(): FastifyBaseLogger & { readonly lines: string[] } {
  const lines: string[] = []
  const at = (level: string) => (fields: unknown, message?: string) => {
    lines.push(`${level}: ${message ?? String(fields)} ${JSON.stringify(fields)}`)
  }
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']
  const log = Object.fromEntries(levels.map(level => [level, at(level)]))
  return { ...log, lines } as unknown as FastifyBaseLogger & { readonly lines: string[] }
}

/** The QR part of the WeChat API. What is in `faults` is thrown first. */
export class FakeApi {
  readonly made: { readonly scene: string; readonly ttlS: number }[] = []
  readonly faults: Error[] = []
  readonly #clock: FakeClock

  constructor(clock: FakeClock) {
    this.#clock = clock
  }

  async createQr(scene: string, ttlS: number): Promise<QrCode> {
    const fault = this.faults.shift()
    if (fault) throw fault
    this.made.push({ scene, ttlS })
    const expiresAt = this.#clock.now() + ttlS * 1_000
    return { ticket: `${scene}+/==`, url: `http://weixin.qq.com/q/${scene}`, expiresAt }
  }
}

/** A stream that somebody opened at the fake hub. */
export interface FakeStream {
  readonly events: HubEvent[]
  readonly ended: boolean
  readonly topics: readonly string[]
  /** The reader goes away. */
  leave(): void
}

/** A hub without sockets. */
export class FakeHub implements Pick<SseHub, 'define' | 'subscribe'> {
  readonly streams: FakeStream[] = []

  define(): void {}

  async subscribe(
    _request: FastifyRequest,
    _reply: FastifyReply,
    { greeting, topics }: Parameters<SseHub['subscribe']>[2]
  ): Promise<EventStream> {
    const events: HubEvent[] = []
    let ended = false
    let close: (end: StreamEnd) => void = () => undefined
    const closed = new Promise<StreamEnd>(resolve => {
      close = end => {
        ended = true
        resolve(end)
      }
    })
    this.streams.push({
      events,
      topics,
      get ended() {
        return ended
      },
      leave: () => close('client')
    })
    const first = await greeting?.()
    if (first) events.push(first)
    return {
      closed,
      send: event => !ended && events.push(event) > 0,
      end: ({ last } = {}) => {
        if (!ended && last) events.push(last)
        close('ended')
      }
    }
  }
}

export interface NodeOptions {
  readonly clock?: FakeClock
  readonly state?: State
  readonly maxRefreshes?: number
  readonly perMinute?: number
  readonly target?: number
  readonly dailyQuota?: number
}

export const ttlMs = 120_000

/** One gateway's logins, without HTTP. Two of them share a world when they share a `state` and a `clock`. */
export function loginNode(options: NodeOptions = {}) {
  const clock = options.clock ?? fakeClock()
  const log = fakeLog()
  const state = options.state ?? new MemoryState({ maxKeys: 100_000, clock, log })
  const counters = new Counters()
  const api = new FakeApi(clock)
  const limit = options.dailyQuota ?? 100_000
  const quota = new DayQuota({ appId: 'wx1', limit, state, clock, log, counters })
  const stock = new Stock({ api, quota, clock, log, counters, target: options.target ?? 0, ttlS: 120 })
  const scenes = new SceneStore(state, clock, ttlMs)
  const handles = new HandleStore(state, ttlMs)
  const limits = new Limits({ state, clock, log, counters, perMinute: options.perMinute ?? 10 })
  const stocks = new Map([['default', stock]])
  const { maxRefreshes = 3 } = options
  const logins = new Logins({ scenes, handles, stocks, limits, counters, state, log, maxRefreshes })
  const announce = (handle: string): Promise<void> => logins.announce(handle)
  const codes = new Codes({ state, scenes, handles, announce, counters, log, apis: new Map() })
  const sink = new ScenesSink({
    scenes,
    confirmation: undefined,
    chat: undefined,
    announce,
    texts: textsIn('en'),
    siteName: 'Shop',
    counters,
    log
  })
  const parts = { clock, log, state, counters, api, quota, stock, scenes, handles, limits }
  return { ...parts, logins, codes, sink, announce }
}

/** Somebody who asks for a QR code. */
export function asker(changes: Partial<Asker> = {}): Asker {
  const signal = new AbortController().signal
  return { account: 'default', ip: '192.0.2.1', from: 'Firefox, Linux', signal, ...changes }
}

/** A scan as the callback tells of it. */
export function scanOf(scene: string, openid = 'alice', changes: Partial<ScanPush> = {}): ScanPush {
  const createdAt = Date.UTC(2026, 0, 1)
  return { account: 'default', openid, scene, event: 'SCAN', createdAt, toUser: 'gh_1', ...changes }
}
