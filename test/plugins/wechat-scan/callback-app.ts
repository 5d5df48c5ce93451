import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { messageKey, sealMessage } from '../../../src/wechat/message-crypt.ts'
import { signatureOf } from '../../../src/wechat/signature.ts'
import type { ScanAccount } from '../../../src/plugins/wechat-scan/account.ts'
import { addCallback } from '../../../src/plugins/wechat-scan/callback.ts'
import { MessageListeners } from '../../../src/plugins/wechat-scan/messages.ts'
import type { ScanPush } from '../../../src/plugins/wechat-scan/push.ts'
import type { AccountMessage } from '../../../src/plugins/wechat-scan/service.ts'
import { MemoryState } from '../../../src/plugins/state/memory-state.ts'
import type { State } from '../../../src/plugins/state/service.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'

export const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
export const token = 'spamtest'
export const appId = 'wx2c2769f8efd9abc2'

export interface CallbackOptions {
  readonly account?: Partial<ScanAccount>
  readonly others?: readonly Partial<ScanAccount>[]
  readonly freshnessS?: number
  readonly forwardUrl?: string
  readonly fetch?: typeof fetch
  readonly state?: State
  readonly clock?: FakeClock
  /** What the login does with a scan, and with a message. */
  readonly scanned?: (push: ScanPush) => Promise<{ reply?: string } | undefined>
  readonly answered?: (message: AccountMessage) => Promise<{ reply?: string } | undefined>
}

/** A callback with a login that only remembers. */
export interface CallbackApp extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly clock: FakeClock
  readonly state: State
  readonly messages: MessageListeners
  readonly scans: ScanPush[]
  readonly log: string[]
  /** Sends a body as WeChat would in plain mode. */
  plain(body: string, changes?: Changes): Promise<LightMyRequestResponse>
  /** Encrypts it, and sends that as WeChat would in the other modes. */
  secure(body: string, changes?: Changes): Promise<LightMyRequestResponse>
  post(query: Query, body: string | Buffer, contentType?: string): Promise<LightMyRequestResponse>
  get(query: Query, path?: string): Promise<LightMyRequestResponse>
}

export type Query = Record<string, string> | string

export interface Changes {
  readonly timestamp?: string
  readonly nonce?: string
  readonly query?: Record<string, string>
  readonly contentType?: string
  readonly key?: string
  readonly appId?: string
  /** Makes the body of the ciphertext. */
  readonly wrap?: (encrypt: string) => string
  readonly path?: string
}

export const account: ScanAccount = {
  name: 'default',
  appId,
  appSecret: 'the secret of the app',
  token,
  aesKeys: [aesKey],
  mode: 'secure'
}

let count = 0

export async function callbackApp(options: CallbackOptions = {}): Promise<CallbackApp> {
  const clock = options.clock ?? fakeClock()
  const log: string[] = []
  const app = Fastify({ logger: { level: 'trace', stream: { write: line => void log.push(line) } } })
  const state = options.state ?? new MemoryState({ maxKeys: 10_000, clock, log: app.log })
  const messages = new MessageListeners(app.log)
  const scans: ScanPush[] = []
  const accounts = [{}, ...(options.others ?? [])].map(other => ({
    ...account,
    ...options.account,
    ...other
  }))
  addCallback(app.withTypeProvider<TypeBoxTypeProvider>(), {
    accounts,
    messages,
    state,
    clock,
    log: app.log,
    settings: { freshnessS: options.freshnessS ?? 300, forwardUrl: options.forwardUrl ?? '' },
    ...(options.fetch && { fetch: options.fetch }),
    sink: {
      scanned: options.scanned ?? (async push => (scans.push(push), {})),
      answered: options.answered ?? (() => Promise.resolve(undefined))
    }
  })
  await app.ready()

  const post = (
    query: Query,
    body: string | Buffer,
    contentType = 'text/xml',
    path = ''
  ): ReturnType<CallbackApp['post']> =>
    app.inject({
      method: 'POST',
      url: `/wechat_event${path}?${queryText(query)}`,
      headers: { 'content-type': contentType },
      body
    })
  const stamp = ({ timestamp, nonce }: Changes): { timestamp: string; nonce: string } => ({
    timestamp: timestamp ?? String(Math.floor(clock.now() / 1000)),
    nonce: nonce ?? String(++count)
  })
  return {
    app,
    clock,
    state,
    messages,
    scans,
    log,
    post,
    plain: (body, changes = {}) => {
      const query = { ...signed(stamp(changes)), ...changes.query }
      return post(query, body, changes.contentType, changes.path)
    },
    secure: (body, changes = {}) => {
      const { query, body: sealed } = sealedPush(body, { ...changes, ...stamp(changes) })
      return post(query, sealed, changes.contentType, changes.path)
    },
    get: (query, path = '') => app.inject({ url: `/wechat_event${path}?${queryText(query)}` }),
    [Symbol.asyncDispose]: () => app.close()
  }
}

/** A query with `signature`. */
export function signed(stamp: { timestamp: string; nonce: string }): Record<string, string> {
  return { signature: signatureOf(token, stamp.timestamp, stamp.nonce), ...stamp, openid: 'oUser' }
}

/** An encrypted push, as WeChat sends it. */
export function sealedPush(
  content: string,
  changes: Changes & { timestamp: string; nonce: string }
): { query: Record<string, string>; body: string } {
  const { timestamp, nonce, wrap = inXml } = changes
  const encrypt = sealMessage(messageKey(changes.key ?? aesKey), Buffer.from(content), changes.appId ?? appId)
  const query = {
    ...signed({ timestamp, nonce }),
    encrypt_type: 'aes',
    msg_signature: signatureOf(token, timestamp, nonce, encrypt),
    ...changes.query
  }
  return { query, body: wrap(encrypt) }
}

export const inXml = (encrypt: string): string =>
  `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`

/** The event of a scan; `fields` replace or add elements, which stand in CDATA. */
export function scanXml(fields: Record<string, string> = {}): string {
  const all = {
    ToUserName: 'gh_1',
    FromUserName: 'oUser',
    CreateTime: '1767225600',
    MsgType: 'event',
    Event: 'SCAN',
    EventKey: 'V1StGXR8_Z5jdHi6B-myTQ',
    Ticket: 'gQH47joAAAAAAAAAASxodHRwOi8vd2VpeGluLnFxLmNvbQ==',
    ...fields
  }
  const elements = Object.entries(all).map(([name, value]) =>
    name === 'CreateTime' || name === 'MsgId'
      ? `<${name}>${value}</${name}>`
      : `<${name}><![CDATA[${value}]]></${name}>`
  )
  return `<xml>${elements.join('\n')}</xml>`
}

/** A chat message. */
export function textXml(content: string, msgId = '6054768590064713728'): string {
  return scanXml({ MsgType: 'text', Content: content, MsgId: msgId }).replace(/<Event.*?<\/Ticket>\n/s, '')
}

function queryText(query: Query): string {
  return typeof query === 'string' ? query : String(new URLSearchParams(query))
}
