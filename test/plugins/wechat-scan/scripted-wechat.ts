import pino from 'pino'
import type { ScanAccount } from '../../../src/plugins/wechat-scan/account.ts'
import { WechatApi, type WechatApiParts } from '../../../src/plugins/wechat-scan/wechat-api.ts'
import { WechatApiError } from '../../../src/plugins/wechat-scan/wechat-api-error.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

export const account: ScanAccount = {
  name: 'default',
  appId: 'wx2c2769f8efd9abc2',
  appSecret: '0123456789abcdef0123456789abcdef',
  token: 'spamtest',
  aesKeys: [],
  mode: 'plain'
}

/** A call as WeChat sees it. */
export interface Seen {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
}

export type Script = (seen: Seen, count: number) => unknown

/** A WeChat that answers by script: an object as JSON, a text as it is, a `Response`, or what it throws. */
export interface ScriptedWechat {
  readonly api: WechatApi
  readonly clock: FakeClock
  readonly state: MemoryState
  readonly seen: Seen[]
  readonly log: string[]
  /** How often a call was made. */
  readonly calls: (path: string) => number
  /** Another node of the same gateway. */
  node(): WechatApi
}

export const qr = { ticket: 'gQH', expire_seconds: 120, url: 'http://weixin.qq.com/q/02abc' }

export function scriptedWechat(script: Script, parts: Partial<WechatApiParts> = {}): ScriptedWechat {
  const clock = fakeClock()
  const log: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) })
  const state = new MemoryState({ maxKeys: 100, clock, log: logger })
  const seen: Seen[] = []
  const calls = (path: string): number => seen.filter(call => call.path === path).length
  const send: typeof fetch = async (input, init) => {
    const url = new URL(input as string)
    const call: Seen = {
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined
    }
    seen.push(call)
    const answer = await script(call, calls(call.path))
    if (answer instanceof Response) return answer
    return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer))
  }
  const node = (): WechatApi =>
    new WechatApi({
      account,
      base: 'http://wechat.test',
      state,
      clock,
      log: logger,
      kind: 'stable',
      fetch: send,
      ...parts
    })
  return { api: node(), clock, state, seen, log, calls, node }
}

/** What a call failed with. */
export async function failureOf(work: Promise<unknown>): Promise<WechatApiError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason
  )
  if (error instanceof WechatApiError) return error
  throw new Error('it did not fail as a call to WeChat does', { cause: error })
}
