import { randomInt } from 'node:crypto'
import type { SimulatedQrCode } from './qr-codes.ts'

/** Fields of a push. Numbers are written without quotes or CDATA. */
export type PushFields = Readonly<Record<string, string | number | bigint>>

/** Something that happened, as WeChat tells it. What every push has in common is added when it leaves. */
export interface PushMessage {
  readonly openid: string
  readonly fields: PushFields
}

/** A follower has scanned. */
export function scanEvent(openid: string, { scene, ticket }: SimulatedQrCode): PushMessage {
  return event(openid, { Event: 'SCAN', EventKey: scene, Ticket: ticket })
}

/** Somebody has become a follower: through a QR code, or from the account's page. */
export function subscribeEvent(openid: string, code?: SimulatedQrCode): PushMessage {
  const key = code ? { EventKey: `qrscene_${code.scene}`, Ticket: code.ticket } : { EventKey: '' }
  return event(openid, { Event: 'subscribe', ...key })
}

/** A follower is one no more. */
export function unsubscribeEvent(openid: string): PushMessage {
  return event(openid, { Event: 'unsubscribe', EventKey: '' })
}

/** A follower has written something, or tapped a menu link with this id. */
export function textMessage(openid: string, content: string, menuId?: string): PushMessage {
  // As large as WeChat's: more than a double can hold.
  const id = 24_000_000_000_000_000n + BigInt(randomInt(2 ** 47)) * 64n
  const menu = menuId ? { bizmsgmenuid: menuId } : undefined
  return { openid, fields: { MsgType: 'text', Content: content, MsgId: id, ...menu } }
}

function event(openid: string, fields: PushFields): PushMessage {
  return { openid, fields: { MsgType: 'event', ...fields } }
}
