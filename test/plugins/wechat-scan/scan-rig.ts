import type { FastifyInstance } from 'fastify'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import apiError from '../../../src/plugins/api-error/index.ts'
import sseHub from '../../../src/plugins/sse-hub/index.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../src/plugins/state/service.ts'
import wechatScan from '../../../src/plugins/wechat-scan/index.ts'
import type { ScanSettings } from '../../../src/plugins/wechat-scan/config.ts'
import type { WechatScan } from '../../../src/plugins/wechat-scan/service.ts'
import {
  startWechatSimulator,
  type RunningWechatSimulator
} from '../../../src/plugins/wechat-simulator/simulator.ts'
import { fakeClock, testPlugin, type FakeClock } from '../../../src/testing/index.ts'
import { fakeLog } from './login-rig.ts'

/** An event that a stream brought, its data read. */
export interface Heard {
  readonly event: string | undefined
  readonly id: string | undefined
  readonly data: Record<string, unknown>
}

/** A response that keeps coming. */
export interface OpenStream {
  readonly status: number
  readonly headers: Headers
  readonly heard: Heard[]
  /** Resolves to the next event that has this name (`undefined`: none), later than those asked for before. */
  next(event?: string): Promise<Heard>
  /** Resolves when the server has ended it. */
  readonly ended: Promise<void>
  /** What came as it is. */
  text(): string
  leave(): void
}

/** A browser with cookies of its own. */
export class Browser {
  readonly #url: string
  readonly #jar = new Map<string, string>()

  constructor(url: string) {
    this.#url = url
  }

  get cookies(): string {
    return [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async fetch(path: string, init: RequestInit & { json?: unknown } = {}): Promise<Response> {
    const { json, ...rest } = init
    const headers = new Headers(rest.headers)
    if (this.#jar.size > 0) headers.set('cookie', this.cookies)
    if (json !== undefined) headers.set('content-type', 'application/json')
    const body = json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }
    const response = await fetch(`${this.#url}${path}`, { ...rest, ...body, headers })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.#jar.delete(name)
      else this.#jar.set(name, value)
    }
    return response
  }

  async post<Answer = Record<string, unknown>>(path: string, json: unknown = {}): Promise<Answer> {
    return (await (await this.fetch(path, { json })).json()) as Answer
  }

  async open(path: string, init: RequestInit = {}): Promise<OpenStream> {
    const leaving = new AbortController()
    const response = await this.fetch(path, { ...init, signal: leaving.signal })
    const heard: Heard[] = []
    const waiting = new Set<() => void>()
    let text = ''
    let asked = 0
    const parser = createParser({
      onEvent({ event, id, data }: EventSourceMessage) {
        heard.push({ event, id, data: JSON.parse(data) as Heard['data'] })
        for (const wake of waiting) wake()
      }
    })
    const ended = (async () => {
      const decoder = new TextDecoder()
      try {
        for await (const chunk of response.body ?? []) {
          const piece = decoder.decode(chunk, { stream: true })
          text += piece
          parser.feed(piece)
        }
      } catch {
        // The reader left.
      }
    })()
    const next = async (event?: string): Promise<Heard> => {
      for (;;) {
        const index = heard.findIndex((one, at) => at >= asked && one.event === event)
        const found = heard[index]
        if (found) {
          asked = index + 1
          return found
        }
        // eslint-disable-next-line no-await-in-loop
        await new Promise<void>(resolve => waiting.add(resolve))
      }
    }
    const { status, headers } = response
    return { status, headers, heard, next, ended, text: () => text, leave: () => leaving.abort() }
  }
}

export interface ScanOptions {
  readonly config?: Partial<ScanSettings>
  readonly state?: State
  readonly clock?: FakeClock
  /** Another gateway's simulator, whose pushes this one does not get. */
  readonly simulator?: RunningWechatSimulator
  readonly env?: NodeJS.ProcessEnv
  readonly logs?: string[]
}

/** A gateway with a login by scan, on a socket, and WeChat and its phones beside it. */
export interface ScanGateway extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly scan: WechatScan
  readonly url: string
  readonly clock: FakeClock
  readonly state: State
  readonly simulator: RunningWechatSimulator
  browser(): Browser
  /** Makes somebody who follows the account. */
  follower(): string
}

export async function startScan(options: ScanOptions = {}): Promise<ScanGateway> {
  const clock = options.clock ?? fakeClock()
  const state = options.state ?? new MemoryState({ maxKeys: 100_000, clock, log: fakeLog() })
  const simulator = options.simulator ?? (await startWechatSimulator({ clock }))
  const { appId, appSecret, token, encodingAesKey, mode } = simulator.account
  const account = { appId, appSecret, token, encodingAesKey, mode }
  const lines = options.logs
  const app = await testPlugin(wechatScan, {
    config: { ...account, apiBase: simulator.apiBase, stock: 0, ...options.config },
    services: { state, clock },
    with: [
      [apiError, {}],
      [sseHub, {}]
    ],
    env: options.env ?? {},
    ...(lines && {
      server: { logLevel: 'trace' },
      logDestination: { write: (line: string) => void lines.push(line) }
    })
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  if (!options.simulator) simulator.set({ callbackUrl: `${url}/wechat_event` })
  return {
    app,
    scan: app.service,
    url,
    clock,
    state,
    simulator,
    browser: () => new Browser(url),
    follower() {
      const person = simulator.people.make()
      simulator.people.follow(person)
      return person.openid
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      if (!options.simulator) await simulator.close()
    }
  }
}
