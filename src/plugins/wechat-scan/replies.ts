import { randomInt, type KeyObject } from 'node:crypto'
import { envelopeXml, type SealedFields } from '../../wechat/envelope-xml.ts'
import { sealMessage } from '../../wechat/message-crypt.ts'
import { signatureOf } from '../../wechat/signature.ts'
import { textReplyJson, textReplyXml, type TextReply } from '../../wechat/text-reply.ts'
import type { CallbackAccount } from './opened-push.ts'
import type { Push, PushFormat } from './push-message.ts'

/** What WeChat takes for "received, nothing to say", in every mode. */
export const success = 'success'

/**
 * Writes a text for the chat as the push was written, encrypted with the key that opened it.
 * @throws {RangeError} {TypeError} for a text that a chat cannot show
 */
export function replyTo(
  push: Push,
  content: string,
  { account, key, nowMs }: { account: CallbackAccount; key?: KeyObject | undefined; nowMs: number }
): string {
  const createdAt = Math.floor(nowMs / 1000)
  const reply: TextReply = { to: push.message.openid, from: push.toUser, createdAt, content }
  const plain = push.format === 'json' ? textReplyJson(reply) : textReplyXml(reply)
  if (!key) return plain
  const encrypt = sealMessage(key, Buffer.from(plain), account.appId)
  const time = String(createdAt)
  const nonce = String(randomInt(2 ** 48 - 1))
  const signature = signatureOf(account.token, time, nonce, encrypt)
  return envelope(push.format, { encrypt, signature, time, nonce })
}

/** The content type of an answer, by its first character. */
export function typeOf(answer: string): string {
  if (answer.startsWith('<')) return 'application/xml; charset=utf-8'
  return answer.startsWith('{') ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8'
}

function envelope(format: PushFormat, fields: SealedFields): string {
  if (format === 'xml') return envelopeXml(fields)
  const { encrypt, signature, time, nonce } = fields
  return JSON.stringify({ Encrypt: encrypt, MsgSignature: signature, TimeStamp: Number(time), Nonce: nonce })
}
