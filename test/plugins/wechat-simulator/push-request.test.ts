import * as fc from 'fast-check'
import { XMLParser } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { simulatedAccount, type EncryptionMode } from '../../../src/plugins/wechat-simulator/account.ts'
import { pushRequest, signedQuery } from '../../../src/plugins/wechat-simulator/push-request.ts'
import { messageKey, openMessage } from '../../../src/wechat/message-crypt.ts'
import { isSignature } from '../../../src/wechat/signature.ts'

const now = 1_700_000_000_999
const keys = simulatedAccount({ originalId: 'gh_1' })
const fields = {
  ToUserName: 'gh_1',
  FromUserName: 'oAnn',
  CreateTime: 1_700_000_000,
  MsgType: 'text',
  Content: 'a & <b> ]]> "c" \\ 中',
  MsgId: 24_000_000_000_000_001n
}
const plainXml = `<xml><ToUserName><![CDATA[gh_1]]></ToUserName>
<FromUserName><![CDATA[oAnn]]></FromUserName>
<CreateTime>1700000000</CreateTime>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[a & <b> ]]]]><![CDATA[> "c" \\ 中]]></Content>
<MsgId>24000000000000001</MsgId>
</xml>`
const plainJson =
  '{"ToUserName":"gh_1","FromUserName":"oAnn","CreateTime":1700000000,"MsgType":"text",' +
  '"Content":"a & <b> ]]> \\"c\\" \\\\ 中","MsgId":24000000000000001}'

function sent(mode: EncryptionMode, format: 'xml' | 'json') {
  const { query, contentType, body } = pushRequest(fields, { ...keys, mode }, format, now)
  return { query: Object.fromEntries(new URLSearchParams(query)), contentType, body }
}
const open = (encrypt: string) => openMessage(messageKey(keys.encodingAesKey), encrypt, keys.appId).toString()

describe('a push in plain mode', () => {
  test('is XML with texts in CDATA, or JSON with numbers as they are', () => {
    expect(sent('plain', 'xml')).toMatchObject({ contentType: 'text/xml', body: plainXml })
    expect(sent('plain', 'json')).toMatchObject({ contentType: 'application/json', body: plainJson })
  })

  test('is signed by its time and nonce alone', () => {
    const { query } = sent('plain', 'xml')
    const { signature = '', timestamp = '', nonce = '' } = query
    expect(query).toEqual({ signature, timestamp: '1700000000', nonce, openid: 'oAnn' })
    expect(nonce).toMatch(/^\d{9,10}$/)
    expect(isSignature(signature, keys.token, timestamp, nonce)).toBe(true)
  })
})

describe.each(['secure', 'compat'] as const)('a push in %s mode', mode => {
  test('is signed over what is encrypted, too', () => {
    const { query, body } = sent(mode, 'json')
    const { msg_signature = '', signature = '', timestamp = '', nonce = '', encrypt_type } = query
    const { Encrypt } = JSON.parse(body) as { Encrypt: string }
    expect(encrypt_type).toBe('aes')
    expect(isSignature(signature, keys.token, timestamp, nonce)).toBe(true)
    expect(isSignature(msg_signature, keys.token, timestamp, nonce, Encrypt)).toBe(true)
    expect(open(Encrypt)).toBe(plainJson)
  })

  test('has the same content behind Encrypt as in plain mode', () => {
    const Encrypt = /<Encrypt><!\[CDATA\[(.+)\]\]>/.exec(sent(mode, 'xml').body)?.[1] ?? ''
    expect(open(Encrypt)).toBe(plainXml)
  })
})

test('secure mode shows nothing but the account, compatible mode everything', () => {
  const shown = (mode: EncryptionMode) => Object.keys(JSON.parse(sent(mode, 'json').body) as object)
  expect(shown('secure')).toEqual(['ToUserName', 'Encrypt'])
  expect(shown('compat')).toEqual([...Object.keys(fields), 'Encrypt'])
})

test('each push is signed anew', () => {
  expect(sent('secure', 'xml').query['nonce']).not.toBe(sent('secure', 'xml').query['nonce'])
  expect(signedQuery('token', now).get('nonce')).not.toBe(signedQuery('token', now).get('nonce'))
})

test('whatever somebody says arrives in both formats', () => {
  const parser = new XMLParser({ parseTagValue: false, processEntities: false, trimValues: false })
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), text => {
      const said = { FromUserName: 'oAnn', Content: text }
      const plain = { ...keys, mode: 'plain' } as const
      const json = JSON.parse(pushRequest(said, plain, 'json', now).body) as typeof said
      expect(json).toEqual(said)
      const xml = parser.parse(pushRequest(said, plain, 'xml', now).body) as { xml: typeof said }
      expect(xml.xml.Content).toBe(text)
    })
  )
})
