import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { readJson } from './push-json.ts'
import type { XmlReader } from './push-xml.ts'
import type { ScanPush } from './push.ts'
import type { AccountMessage } from './service.ts'

/** How an account pushes, and is answered. */
export type PushFormat = 'xml' | 'json'

/** What was pushed, read. */
export interface Push {
  readonly format: PushFormat
  readonly message: AccountMessage
  /** The account's original id, `gh_…`. */
  readonly toUser: string
  /** What the message says if it may be a scan of ours. */
  readonly scan?: ScanPush
  /** The same for all tries of one push: made of what WeChat names for this. */
  readonly identity: string
}

type Fields = Readonly<Record<string, string>>

const maxFields = 64
const fieldName = /^[A-Za-z]\w{0,63}$/
/** What the login relies on. Anything else is for listeners, and theirs to judge. */
const relied: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['ToUserName', /^[!-~]{1,64}$/],
  ['FromUserName', /^[!-~]{1,64}$/],
  ['CreateTime', /^\d{10}$/],
  ['MsgType', /^\w{1,32}$/]
]
const optional: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Event', /^\w{1,64}$/],
  ['EventKey', /^.{0,2048}$/su],
  ['MsgId', /^\d{1,20}$/]
]
const ownScene = /^(?!last_trade_no_)[\w-]{1,64}$/
const newFollower = 'qrscene_'

/**
 * Reads what was pushed to `account`. The first character tells XML from JSON, whatever the content type says.
 * @throws {SyntaxError} for what WeChat never writes
 */
export function readPush(account: string, content: Buffer, readXml: XmlReader): Push {
  if (!isUtf8(content)) throw new SyntaxError('not UTF-8')
  const text = content
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim()
  const format = text.startsWith('{') ? 'json' : 'xml'
  const fields = textsOf(format === 'json' ? readJson(text) : readXml(text))
  const { ToUserName: toUser = '', FromUserName: openid = '', MsgType = '', Event } = fields
  const type = MsgType.toLowerCase()
  const event = type === 'event' ? (Event?.toLowerCase() ?? '') : undefined
  const message = { account, openid, type, ...(event !== undefined && { event }), fields }
  const scan = scanOf(message, toUser)
  return { format, message, toUser, ...(scan && { scan }), identity: identityOf(fields) }
}

/** The fields that are texts. Nested ones, such as a list of photographs, are left out. */
function textsOf(record: Readonly<Record<string, unknown>>): Fields {
  const fields = Object.create(null) as Record<string, string>
  const entries = Object.entries(record)
  if (entries.length > maxFields) throw new SyntaxError('too many fields')
  for (const [name, value] of entries) {
    if (!fieldName.test(name)) throw new SyntaxError('a field with a name that WeChat does not use')
    // The parser makes an array of elements with one name.
    if (Array.isArray(value)) throw new SyntaxError('a field that is there twice')
    if (typeof value === 'string' || typeof value === 'number') fields[name] = String(value)
    else if ([...relied, ...optional].some(([known]) => known === name))
      throw new SyntaxError(`${name} is no text`)
  }
  for (const [name, pattern] of relied)
    if (!pattern.test(fields[name] ?? '')) throw new SyntaxError(`${name} is missing or malformed`)
  for (const [name, pattern] of optional)
    if (fields[name] && !pattern.test(fields[name])) throw new SyntaxError(`${name} is malformed`)
  return Object.freeze(fields)
}

// WeChat writes the event's name in either case, and its prefix only where the scan has made a follower.
function scanOf({ account, openid, event, fields }: AccountMessage, toUser: string): ScanPush | undefined {
  const { EventKey = '', CreateTime } = fields
  const isNew = event === 'subscribe' && EventKey.startsWith(newFollower)
  if (!isNew && event !== 'scan') return undefined
  const scene = isNew ? EventKey.slice(newFollower.length) : EventKey
  if (!ownScene.test(scene)) return undefined
  const createdAt = Number(CreateTime) * 1000
  return { account, openid, scene, event: isNew ? 'subscribe' : 'SCAN', createdAt, toUser }
}

// Two events of one second differ in their name or key.
function identityOf({ MsgId, FromUserName, CreateTime, Event, EventKey }: Fields): string {
  const parts = MsgId ? ['id', MsgId] : ['event', FromUserName, CreateTime, Event, EventKey]
  return hash('sha256', JSON.stringify(parts), 'base64url')
}
