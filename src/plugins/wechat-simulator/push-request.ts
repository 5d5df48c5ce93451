import { randomInt } from 'node:crypto'
import { messageKey, sealMessage } from '../../wechat/message-crypt.ts'
import { signatureOf } from '../../wechat/signature.ts'
import { cdata } from '../../wechat/text-reply.ts'
import type { SimulatedAccount } from './account.ts'
import type { PushFields } from './message.ts'

/** The data format of the console. */
export type PushFormat = 'xml' | 'json'

/** A push as it goes over the wire. */
export interface PushRequest {
  /** Without the question mark. */
  readonly query: string
  readonly contentType: string
  readonly body: string
}

/** Writes, encrypts and signs a push in the account's mode. Each call draws a new nonce. */
export function pushRequest(
  fields: PushFields,
  account: SimulatedAccount,
  format: PushFormat,
  nowMs: number
): PushRequest {
  const query = signedQuery(account.token, nowMs)
  query.set('openid', String(fields['FromUserName']))
  const contentType = format === 'xml' ? 'text/xml' : 'application/json'
  const plain = write(fields, format)
  if (account.mode === 'plain') return { query: query.toString(), contentType, body: plain }

  const encrypt = sealMessage(messageKey(account.encodingAesKey), Buffer.from(plain), account.appId)
  const [time, nonce] = [query.get('timestamp') ?? '', query.get('nonce') ?? '']
  query.set('encrypt_type', 'aes')
  query.set('msg_signature', signatureOf(account.token, time, nonce, encrypt))
  const shown = account.mode === 'compat' ? fields : { ToUserName: account.originalId }
  return { query: query.toString(), contentType, body: write({ ...shown, Encrypt: encrypt }, format) }
}

/** Timestamp, nonce, and the signature over both that comes in every mode. */
export function signedQuery(token: string, nowMs: number): URLSearchParams {
  const timestamp = String(Math.floor(nowMs / 1000))
  const nonce = String(randomInt(100_000_000, 2 ** 31))
  return new URLSearchParams({ signature: signatureOf(token, timestamp, nonce), timestamp, nonce })
}

function write(fields: PushFields, format: PushFormat): string {
  return format === 'xml' ? xml(fields) : json(fields)
}

function xml(fields: PushFields): string {
  const elements = Object.entries(fields).map(
    ([name, value]) => `<${name}>${typeof value === 'string' ? cdata(value) : value}</${name}>`
  )
  return `<xml>${elements.join('\n')}\n</xml>`
}

/** By hand: `JSON.stringify` knows no integers beyond 2^53. */
function json(fields: PushFields): string {
  const members = Object.entries(fields).map(
    ([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? JSON.stringify(value) : value}`
  )
  return `{${members.join(',')}}`
}
