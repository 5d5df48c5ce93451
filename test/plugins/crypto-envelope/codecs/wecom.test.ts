import { createDecipheriv, createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Profile } from '../../../../src/plugins/crypto-envelope/profiles.ts'
import type { SealedAnswer } from '../../../../src/plugins/crypto-envelope/service.ts'
import { unpackMessage } from '../../../../src/wechat/packed-message.ts'
import { buildProfile, failureOf, now, open } from '../build-profile.ts'
import { encrypt, sealWecom } from '../clients/partner.ts'

const at = { method: 'POST', path: '/wecom', ts: now }
// The secrets of the example in the documentation of WeCom's callbacks.
const secrets = {
  aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  token: 'QDG6eK',
  receiverId: 'wx5823bf96d3bd56c7'
}
const keys = { k: { key: secrets.aesKey, encoding: 'utf8', use: 'both', macKey: secrets.token } } as const
const cdata = (encrypted: string): string =>
  `<xml><ToUserName><![CDATA[wx]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt><AgentID>1</AgentID></xml>`

let json: Profile
let xml: Profile
beforeAll(async () => {
  const { receiverId } = secrets
  json = await buildProfile({ codec: 'wecom', options: { receiverId } }, keys)
  xml = await buildProfile({ codec: 'wecom', options: { receiverId, format: 'xml' } }, keys)
})

test('the example of WeCom’s documentation is opened', async () => {
  const encrypted =
    'RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=='
  const query = 'msg_signature=477715d11cdb4164915debcba66cb864d751f3e6&timestamp=1409659813&nonce=1372623149'
  const { value, freshness } = await open(xml, {
    body: Buffer.from(cdata(encrypted)),
    context: { ...at, query }
  })
  expect(value['xml']).toContain('<Content><![CDATA[hello]]></Content>')
  expect(freshness?.ts).toBe(1_409_659_813_000)
})

test('JSON inside and outside', async () => {
  const { value, freshness } = await open(json, sealWecom(secrets, '{"msgid":"1"}', at))
  expect([value, freshness?.ts]).toEqual([{ msgid: '1' }, now])
})

test.each([
  ['in CDATA', cdata],
  ['bare', (encrypted: string) => `<xml>\n<Encrypt> ${encrypted} </Encrypt></xml>`]
])('XML outside and inside, %s, is handed over as text', async (_how, wrap) => {
  const { value } = await open(xml, sealWecom(secrets, '<xml>消息</xml>', at, wrap))
  expect(value).toEqual({ xml: '<xml>消息</xml>' })
})

describe('an answer', () => {
  const answered = { context: at, binding: {} }
  const opened = (encrypted: string): string => {
    const key = Buffer.from(`${secrets.aesKey}=`, 'base64')
    const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
    const { content, receiver } = unpackMessage(
      Buffer.concat([decipher.update(encrypted, 'base64'), decipher.final()])
    )
    expect(receiver.toString()).toBe(secrets.receiverId)
    return content.toString()
  }
  const signed = (...fields: string[]): string =>
    createHash('sha1')
      .update([secrets.token, ...fields].toSorted().join(''))
      .digest('hex')

  test('in JSON has its signature, time and nonce beside it', () => {
    const { body } = json.codec.seal({ a: 1 }, json.ring.sealing('k')!, answered) as SealedAnswer
    const {
      encrypt: encrypted,
      msgsignature,
      timestamp,
      nonce
    } = body as Record<'encrypt' | 'msgsignature' | 'nonce', string> & { timestamp: number }
    expect(opened(encrypted)).toBe('{"a":1}')
    expect(timestamp).toBe(now / 1000)
    expect(msgsignature).toBe(signed(String(timestamp), nonce, encrypted))
  })

  test.each([[{ xml: '<xml>好</xml>' }], ['<xml>好</xml>']])('in XML is the text %j', value => {
    const { body } = xml.codec.seal(value, xml.ring.sealing('k')!, answered) as SealedAnswer
    const part = (name: string): string =>
      new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]+)`).exec(body as string)?.[1] ?? ''
    expect(opened(part('Encrypt'))).toBe('<xml>好</xml>')
    expect(part('MsgSignature')).toBe(signed(part('TimeStamp'), part('Nonce'), part('Encrypt')))
  })

  test('in XML must be text', () => {
    expect(() => xml.codec.seal({ a: 1 }, xml.ring.sealing('k')!, answered)).toThrow('{ xml: string }')
  })
})

describe('refused', () => {
  const message = sealWecom(secrets, '{}', at)
  const query = message.context.query ?? ''
  const without = (name: string): string =>
    String(new URLSearchParams([...new URLSearchParams(query)].filter(([key]) => key !== name)))

  test.each([
    ['no query', '', 'format'],
    ['no signature', without('msg_signature'), 'format'],
    ['no time', without('timestamp'), 'format'],
    ['no nonce', without('nonce'), 'mac'],
    ['a time in milliseconds', query.replace(/timestamp=\d+/, `timestamp=${now}`), 'format'],
    [
      'a signature in upper case',
      query.replace(/msg_signature=\w+/, `msg_signature=${'A'.repeat(40)}`),
      'format'
    ],
    ['another signature', query.replace(/msg_signature=\w+/, `msg_signature=${'a'.repeat(40)}`), 'mac']
  ])('%s', async (_kind, sent, failure) => {
    expect(await failureOf(json, { ...message, context: { ...at, query: sent } })).toBe(failure)
  })

  test('a message for another receiver', async () => {
    const foreign = sealWecom({ ...secrets, receiverId: 'another' }, '{}', at)
    expect(await failureOf(json, foreign)).toBe('context')
  })

  test.each([
    ['no JSON', () => 'encrypt'],
    ['no ciphertext', () => '{"encrypt":1}']
  ])('in JSON: %s', async (_kind, wrap) => {
    expect(await failureOf(json, sealWecom(secrets, '{}', at, wrap))).toBe('format')
  })

  test.each([
    ['no element', () => '<xml/>'],
    ['two elements', (encrypted: string) => cdata(encrypted) + cdata(encrypted)],
    ['markup inside', () => '<xml><Encrypt><b>AAAA</b></Encrypt></xml>']
  ])('in XML: %s', async (_kind, wrap) => {
    expect(await failureOf(xml, sealWecom(secrets, '<xml/>', at, wrap))).toBe('format')
  })

  test('a key without a token', async () => {
    const { macKey: _, ...tokenless } = keys.k
    const build = buildProfile({ codec: 'wecom' }, { k: tokenless })
    await expect(build).rejects.toThrow("macKey of 'k' is missing")
  })
})

describe('a message', () => {
  test('with a wrong padding under the right signature does not open', async () => {
    const key = Buffer.from(`${secrets.aesKey}=`, 'base64')
    const sealed = encrypt('aes-256-cbc', key, key.subarray(0, 16), Buffer.alloc(32), false).toString(
      'base64'
    )
    const { context } = sealWecom(secrets, '{}', at)
    const fields = new URLSearchParams(context.query)
    const parts = [secrets.token, fields.get('timestamp') ?? '', fields.get('nonce') ?? '', sealed]
    fields.set('msg_signature', createHash('sha1').update(parts.toSorted().join('')).digest('hex'))
    const body = Buffer.from(JSON.stringify({ encrypt: sealed }))
    expect(await failureOf(json, { body, context: { ...at, query: String(fields) } })).toBe('cipher')
  })
})
