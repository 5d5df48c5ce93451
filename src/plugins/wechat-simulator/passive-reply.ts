import { XMLParser } from 'fast-xml-parser'
import { messageKey, openMessage } from '../../wechat/message-crypt.ts'
import { MessageError } from '../../wechat/message-error.ts'
import { isSignature } from '../../wechat/signature.ts'
import type { SimulatedAccount } from './account.ts'
import type { PushFormat } from './push-request.ts'

/** An answer to a push with which WeChat can do nothing: the user is told that the service is at fault. */
export class InvalidAnswer extends Error {
  override readonly name = 'InvalidAnswer'
}

type Members = Readonly<Record<string, unknown>>

const parser = new XMLParser({
  parseTagValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  maxNestedTags: 16
})

/**
 * Reads what answers a push, and returns the text for the chat; `undefined`: nothing is to be said. An account in
 * secure mode must encrypt; one in compatible mode may. Accounts with JSON pushes may answer in XML, too.
 * @throws {InvalidAnswer}
 */
export function readAnswer(
  body: string,
  openid: string,
  account: SimulatedAccount,
  format: PushFormat
): string | undefined {
  if (body === '' || body === 'success') return undefined
  const outer = parse(body, format)
  const isSealed = outer['Encrypt'] !== undefined
  if (isSealed && account.mode === 'plain') throw new InvalidAnswer('it is encrypted in plain mode')
  if (!isSealed && account.mode === 'secure') throw new InvalidAnswer('it is not encrypted in secure mode')
  const reply = isSealed ? parse(open(outer, account), format) : outer
  if (reply['ToUserName'] !== openid) throw new InvalidAnswer('ToUserName is not the user')
  if (reply['FromUserName'] !== account.originalId) throw new InvalidAnswer('FromUserName is not the account')
  if (!/^\d+$/.test(String(reply['CreateTime']))) throw new InvalidAnswer('CreateTime is no time')
  const { MsgType: type, Content: content } = reply
  if (typeof type !== 'string' || type === '') throw new InvalidAnswer('MsgType is missing')
  if (type !== 'text') return `[${type}]`
  if (typeof content !== 'string' || content === '') throw new InvalidAnswer('Content is missing')
  return content
}

function parse(text: string, format: PushFormat): Members {
  const value = text.startsWith('{') && format === 'json' ? parseJson(text) : parseXml(text)
  if (typeof value !== 'object' || value === null) throw new InvalidAnswer('it is no message')
  return value as Members
}

function parseXml(text: string): unknown {
  try {
    return (parser.parse(text, true) as { xml?: unknown }).xml
  } catch {
    throw new InvalidAnswer('it is no XML')
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidAnswer('it is no JSON')
  }
}

function open(envelope: Members, { token, encodingAesKey, appId }: SimulatedAccount): string {
  const [encrypt, signature, time, nonce] = ['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce'].map(name =>
    String(envelope[name])
  ) as [string, string, string, string]
  if (!isSignature(signature, token, time, nonce, encrypt))
    throw new InvalidAnswer('MsgSignature does not fit')
  try {
    return openMessage(messageKey(encodingAesKey), encrypt, appId).toString()
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    throw new InvalidAnswer('Encrypt cannot be opened')
  }
}
