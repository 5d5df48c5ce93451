import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { messageKey, openMessage } from '../../../src/wechat/message-crypt.ts'
import { signatureOf } from '../../../src/wechat/signature.ts'
import { collisions, encryptedVectors, plainVectors } from '../../wechat/vectors.ts'
import {
  aesKey,
  appId,
  callbackApp,
  inXml,
  scanXml,
  sealedPush,
  signed,
  textXml,
  token,
  type CallbackApp
} from './callback-app.ts'

const illegal = [400, '非法请求!']
const outcome = ({ statusCode, body }: { statusCode: number; body: string }): unknown[] => [statusCode, body]
const scene = 'V1StGXR8_Z5jdHi6B-myTQ'

describe('the check of a URL', () => {
  test.each(['plain', 'compat', 'secure'] as const)('is answered with its text in mode %s', async mode => {
    await using callback = await callbackApp({ account: { mode }, freshnessS: 0 })
    const echostr = '9223372036854775808123'
    const response = await callback.get({ ...signed({ timestamp: '1714036504', nonce: '1' }), echostr })
    expect(outcome(response)).toEqual([200, echostr])
    expect(response.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(response.headers['x-content-type-options']).toBe('nosniff')
  })

  test('is answered as text, whatever it looks like', async () => {
    await using callback = await callbackApp()
    const query = { ...signed({ timestamp: '1767225600', nonce: '1' }), echostr: '<script>alert(1)</script>' }
    expect((await callback.get(query)).headers['content-type']).toBe('text/plain; charset=utf-8')
  })

  test.each(plainVectors)('takes the published signature $id', async ({ token: its, ...query }) => {
    await using callback = await callbackApp({ account: { token: its }, freshnessS: 0 })
    const { timestamp, nonce, signature, echostr = '1' } = query
    expect(outcome(await callback.get({ timestamp, nonce, signature, echostr }))).toEqual([200, echostr])
  })

  test.each(collisions)('refuses $id, whose signature is that of another time', async vector => {
    await using callback = await callbackApp({ account: { token: vector.token }, freshnessS: 0 })
    const { timestamp, nonce, signature } = vector
    expect(outcome(await callback.get({ timestamp, nonce, signature, echostr: '1' }))).toEqual(illegal)
  })

  const now = { timestamp: '1767225600', nonce: '1' }
  test.each([
    ['nothing', ''],
    ['no signature', { ...now, echostr: '1' }],
    ['no text', signed(now)],
    ['an empty text', { ...signed(now), echostr: '' }],
    ['white space', { ...signed(now), echostr: '<b> 1' }],
    ['another nonce', { ...signed(now), nonce: '2', echostr: '1' }],
    ['a signature in upper case', { ...signed(now), signature: 'A'.repeat(40), echostr: '1' }],
    ['an old time', { ...signed({ timestamp: '1767225299', nonce: '1' }), echostr: '1' }],
    ['two texts', `${String(new URLSearchParams({ ...signed(now), echostr: '1' }))}&echostr=2`]
  ])('is refused with %s', async (_kind, query) => {
    await using callback = await callbackApp()
    expect(outcome(await callback.get(query))).toEqual(illegal)
  })

  test('cannot be turned into a push in plain mode', async () => {
    await using callback = await callbackApp({ account: { mode: 'plain' } })
    const stamp = { timestamp: '1767225600', nonce: '77' }
    await callback.get({ ...signed(stamp), echostr: '1' })
    expect(outcome(await callback.plain(scanXml(), stamp))).toEqual(illegal)
    expect(callback.scans).toEqual([])
  })
})

describe.each([
  ['plain', 'plain'],
  ['compat', 'secure'],
  ['secure', 'secure']
] as const)('in mode %s', (mode, send) => {
  let callback: CallbackApp
  beforeAll(async () => {
    callback = await callbackApp({ account: { mode } })
  })
  afterAll(() => callback[Symbol.asyncDispose]())

  test('a follower’s scan is told', async () => {
    const response = await callback[send](scanXml())
    expect(outcome(response)).toEqual([200, 'success'])
    expect(callback.scans.at(-1)).toEqual({
      account: 'default',
      openid: 'oUser',
      scene,
      event: 'SCAN',
      createdAt: 1_767_225_600_000,
      toUser: 'gh_1'
    })
  })

  test('a new follower’s scan is told without its prefix', async () => {
    await callback[send](scanXml({ Event: 'subscribe', EventKey: `qrscene_${scene}` }))
    expect(callback.scans.at(-1)).toMatchObject({ event: 'subscribe', scene })
  })

  test('JSON is read, too', async () => {
    const fields = {
      ToUserName: 'gh_1',
      FromUserName: 'oJson',
      CreateTime: 1_767_225_600,
      MsgType: 'event',
      Event: 'SCAN',
      EventKey: '123'
    }
    const wrap = (encrypt: string): string => JSON.stringify({ ToUserName: 'gh_1', Encrypt: encrypt })
    const response = await callback[send](JSON.stringify(fields), { contentType: 'application/json', wrap })
    expect(outcome(response)).toEqual([200, 'success'])
    expect(callback.scans.at(-1)).toMatchObject({ openid: 'oJson', scene: '123' })
  })

  test.each([
    ['a wrong token', { query: { signature: 'a'.repeat(40), msg_signature: 'a'.repeat(40) } }],
    ['an old time', { timestamp: '1767225299' }],
    ['a time to come', { timestamp: '1767225901' }],
    ['a time in milliseconds', { timestamp: '1767225600000' }],
    ['a negative time', { timestamp: '-176722560' }]
  ])('what has %s is refused', async (_kind, changes) => {
    const before = callback.scans.length
    expect(outcome(await callback[send](scanXml({ FromUserName: 'oAttacker' }), changes))).toEqual(illegal)
    expect(callback.scans).toHaveLength(before)
  })

  test.each([299, 300, -300])('a clock that is %i seconds off is forgiven', async offset => {
    const timestamp = String(1_767_225_600 + offset)
    expect(outcome(await callback[send](scanXml({ EventKey: `off${offset}` }), { timestamp }))).toEqual([
      200,
      'success'
    ])
  })

  test('a body without a query is refused', async () => {
    expect(outcome(await callback.post('', scanXml()))).toEqual(illegal)
  })

  test('a parameter that is there twice is refused', async () => {
    const { query, body } = sealedPush(scanXml(), { timestamp: '1767225600', nonce: 'twice' })
    const text = String(new URLSearchParams(query))
    for (const name of ['timestamp', 'nonce', 'signature', 'msg_signature', 'encrypt_type'])
      // eslint-disable-next-line no-await-in-loop
      expect(outcome(await callback.post(`${text}&${name}=${query[name]}`, body))).toEqual(illegal)
  })

  test('a body of more than 32 KB is not read', async () => {
    const { statusCode } = await callback[send](scanXml({ Padding: 'a'.repeat(40_000) }))
    expect(statusCode).toBe(413)
  })

  test('an empty body is refused', async () => {
    expect(outcome(await callback.plain('', { query: { msg_signature: 'a'.repeat(40) } }))).toEqual(illegal)
  })
})

describe('where pushes are encrypted', () => {
  test('a right signature of the query alone authenticates nothing', async () => {
    await using callback = await callbackApp()
    for (const query of [{}, { encrypt_type: 'raw' }, { encrypt_type: 'aes' }] as Record<string, string>[])
      // eslint-disable-next-line no-await-in-loop
      expect(outcome(await callback.plain(scanXml(), { query }))).toEqual(illegal)
    expect(callback.scans).toEqual([])
  })

  test('of a compatible push only what was encrypted counts', async () => {
    await using callback = await callbackApp({ account: { mode: 'compat' } })
    const forged = scanXml({ FromUserName: 'oAttacker' })
    const wrap = (encrypt: string): string =>
      forged.replace('</xml>', `<Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`)
    await callback.secure(scanXml(), { wrap })
    expect(callback.scans).toMatchObject([{ openid: 'oUser' }])
  })

  test.each(encryptedVectors)('the published push $id is taken', async vector => {
    const { timestamp, nonce, encrypt, msgSignature, plaintext, receiveId, encodingAESKey } = vector
    await using callback = await callbackApp({
      account: { token: vector.token, aesKeys: [encodingAESKey], appId: receiveId },
      freshnessS: 0
    })
    const heard: string[] = []
    callback.messages.add(({ openid }) => void heard.push(openid))
    const query = { timestamp, nonce, msg_signature: msgSignature, encrypt_type: 'aes' }
    const body = plaintext.startsWith('{') ? JSON.stringify({ Encrypt: encrypt }) : inXml(encrypt)
    expect(outcome(await callback.post(query, body))).toEqual([200, 'success'])
    const user = /(?:FromUserName)(?:><!\[CDATA\[|":")([\w-]+)/.exec(plaintext)?.[1]
    expect(heard).toEqual(user ? [user] : [])
  })

  test.each([
    ['for another app', { appId: 'wx0000000000000000' }],
    ['under another key', { key: 'A'.repeat(43) }],
    ['without Encrypt', { wrap: () => '<xml><A>1</A></xml>' }],
    ['with two', { wrap: (text: string) => inXml(text) + inXml(text) }],
    ['in JSON without Encrypt', { wrap: () => '{"encrypt":"AAAA"}' }],
    ['in JSON that is none', { wrap: () => '{' }],
    ['of YWJj', { wrap: () => inXml('YWJj') }],
    ['that is no base64', { wrap: () => inXml('****') }],
    ['with other first letters', { wrap: (text: string) => inXml(`AAAAAAAA${text.slice(8)}`) }],
    ['without msg_signature', { query: { msg_signature: '' } }]
  ])('a message %s is refused', async (_kind, changes) => {
    await using callback = await callbackApp()
    expect(outcome(await callback.secure(scanXml(), changes))).toEqual(illegal)
    expect(callback.scans).toEqual([])
  })

  test('a ciphertext that is signed and does not open is refused like any other', async () => {
    await using callback = await callbackApp()
    const stamp = { timestamp: '1767225600', nonce: '1' }
    for (const encrypt of ['YWJj', 'AAAA'.repeat(16), Buffer.alloc(32).toString('base64')]) {
      const query = { ...stamp, msg_signature: signatureOf(token, ...Object.values(stamp), encrypt) }
      // eslint-disable-next-line no-await-in-loop
      expect(outcome(await callback.post(query, inXml(encrypt)))).toEqual(illegal)
    }
  })

  test('no altered push is taken', async () => {
    await using callback = await callbackApp()
    const { query, body } = sealedPush(scanXml(), { timestamp: '1767225600', nonce: '5' })
    const start = body.indexOf('[CDATA[', body.indexOf('Encrypt')) + 7
    const end = body.indexOf(']]', start)
    const altered = fc.oneof(
      fc.tuple(fc.integer({ min: start, max: end - 1 }), fc.integer({ min: 0, max: 7 })).map(([at, bit]) => {
        const bytes = Buffer.from(body)
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at)
        return bytes
      }),
      fc.integer({ min: start, max: end - 1 }).map(at => Buffer.from(body.slice(0, at) + body.slice(end)))
    )
    await fc.assert(
      fc.asyncProperty(altered, async bytes => {
        expect(outcome(await callback.post(query, bytes))).toEqual(illegal)
      })
    )
    expect(callback.scans).toEqual([])
  })

  test('an authentic push that cannot be read is answered all the same', async () => {
    await using callback = await callbackApp()
    for (const content of ['', 'hello', '<xml/>', '<!DOCTYPE xml><xml></xml>', '{}', '{"a":'])
      // eslint-disable-next-line no-await-in-loop
      expect(outcome(await callback.secure(content))).toEqual([200, 'success'])
    expect(callback.log.join('')).toContain('cannot be read')
  })

  test('a key that has been replaced still opens, and encrypts the answer', async () => {
    const previous = 'A'.repeat(43)
    await using callback = await callbackApp({ account: { aesKeys: [aesKey, previous] } })
    callback.messages.add(() => 'hello')
    const { body } = await callback.secure(textXml('hi'), { key: previous })
    const encrypt = /<Encrypt><!\[CDATA\[(.*?)\]\]>/.exec(body)?.[1] ?? ''
    expect(openMessage(messageKey(previous), encrypt, appId).toString()).toContain('<![CDATA[hello]]>')
  })
})

describe('in plain mode', () => {
  test.each([
    ['a DOCTYPE', `<!DOCTYPE xml [<!ENTITY e "oAdmin">]>${scanXml()}`],
    ['text around it', `a${scanXml()}`],
    ['two roots', scanXml() + scanXml()],
    ['another root', scanXml().replaceAll('xml>', 'html>')],
    ['a field twice', scanXml().replace('</xml>', '<FromUserName>oAdmin</FromUserName></xml>')],
    ['a comment in a value', scanXml().replace('<![CDATA[oUser]]>', 'oAdmin<!-- -->evil')],
    ['no OpenID', scanXml({ FromUserName: '' })],
    ['a nested OpenID', scanXml().replace('<![CDATA[oUser]]>', '<a>oUser</a>')],
    ['no time', scanXml({ CreateTime: '' })],
    ['an encrypted body', inXml('AAAA')]
  ])('a body with %s is refused', async (_kind, body) => {
    await using callback = await callbackApp({ account: { mode: 'plain' } })
    expect(outcome(await callback.plain(body))).toEqual(illegal)
    expect(callback.scans).toEqual([])
  })

  test('a body in Latin-1 is refused', async () => {
    await using callback = await callbackApp({ account: { mode: 'plain' } })
    const query = signed({ timestamp: '1767225600', nonce: '1' })
    expect(outcome(await callback.post(query, Buffer.from(textXml('ä'), 'latin1')))).toEqual(illegal)
  })

  test('an encrypted push is refused, and the log says where to look', async () => {
    await using callback = await callbackApp({ account: { mode: 'plain' } })
    expect(outcome(await callback.secure(scanXml()))).toEqual(illegal)
    expect(callback.log.join('')).toContain('compare')
  })
})

describe('accounts', () => {
  test('have paths, tokens and keys of their own', async () => {
    await using callback = await callbackApp({ others: [{ name: 'shop', token: 'another' }] })
    expect(outcome(await callback.secure(scanXml(), { path: '/shop' }))).toEqual(illegal)
    expect((await callback.secure(scanXml(), { path: '/default' })).statusCode).toBe(200)
    expect((await callback.secure(scanXml(), { path: '/nobody' })).statusCode).toBe(404)
    expect((await callback.get('', '/nobody')).statusCode).toBe(404)
  })

  test('do not share what they have seen', async () => {
    await using callback = await callbackApp({ others: [{ name: 'shop' }] })
    await callback.secure(scanXml())
    await callback.secure(scanXml(), { path: '/shop' })
    expect(callback.scans.map(({ account }) => account)).toEqual(['default', 'shop'])
  })
})

test('the log holds neither a query nor an OpenID, and at most one line a minute for each kind of refusal', async () => {
  await using callback = await callbackApp()
  for (let i = 0; i < 5; i++)
    // eslint-disable-next-line no-await-in-loop
    await callback.plain(scanXml({ FromUserName: 'oSecretUser' }), { query: { openid: 'oSecretUser' } })
  await callback.clock.advance(60_000)
  await callback.plain(scanXml())
  const warnings = callback.log.filter(line => line.includes('a push was refused'))
  expect(warnings.map(line => (JSON.parse(line) as { alike: number }).alike)).toEqual([0, 4])
  expect(warnings.join('')).not.toContain('oSecretUser')
})

test('a content type decides nothing', async () => {
  await using callback = await callbackApp()
  for (const contentType of ['application/json', 'text/plain', 'application/xml;charset=utf-8'])
    // eslint-disable-next-line no-await-in-loop
    expect((await callback.secure(textXml('1'), { contentType })).statusCode).toBe(200)
})
