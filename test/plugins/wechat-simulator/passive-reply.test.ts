import { describe, expect, test } from 'vitest'
import { simulatedAccount, type EncryptionMode } from '../../../src/plugins/wechat-simulator/account.ts'
import { readAnswer } from '../../../src/plugins/wechat-simulator/passive-reply.ts'
import { envelopeXml } from '../../../src/wechat/envelope-xml.ts'
import { messageKey, sealMessage } from '../../../src/wechat/message-crypt.ts'
import { signatureOf } from '../../../src/wechat/signature.ts'
import { textReplyJson, textReplyXml } from '../../../src/wechat/text-reply.ts'

const openid = 'oAnn'
const account = (mode: EncryptionMode) => simulatedAccount({ ...keys, mode })
const keys = simulatedAccount()
const reply = { to: openid, from: keys.originalId, createdAt: 1, content: 'a ]]> b &lt; 中' }

function sealed(text: string, changes: Partial<typeof keys> = {}): string {
  const { token, encodingAesKey, appId } = { ...keys, ...changes }
  const encrypt = sealMessage(messageKey(encodingAesKey), Buffer.from(text), appId)
  const signature = signatureOf(token, '1700000000', 'nonce', encrypt)
  return envelopeXml({ encrypt, signature, time: '1700000000', nonce: 'nonce' })
}

test.each(['plain', 'compat', 'secure'] as const)('nothing is to be said in %s mode', mode => {
  for (const body of ['', 'success']) expect(readAnswer(body, openid, account(mode), 'xml')).toBeUndefined()
})

describe('a text arrives as it was written', () => {
  test('in clear, where that is allowed', () => {
    for (const mode of ['plain', 'compat'] as const)
      expect(readAnswer(textReplyXml(reply), openid, account(mode), 'xml')).toBe(reply.content)
  })

  test('encrypted, where that is allowed', () => {
    for (const mode of ['compat', 'secure'] as const)
      expect(readAnswer(sealed(textReplyXml(reply)), openid, account(mode), 'xml')).toBe(reply.content)
  })

  test('as JSON, where pushes are JSON', () => {
    expect(readAnswer(textReplyJson(reply), openid, account('plain'), 'json')).toBe(reply.content)
    expect(readAnswer(textReplyXml(reply), openid, account('plain'), 'json')).toBe(reply.content)
  })
})

test('other replies are named by their type', () => {
  const xml = textReplyXml(reply).replace('[text]', '[image]')
  expect(readAnswer(xml, openid, account('plain'), 'xml')).toBe('[image]')
})

test.each([
  ['plain', sealed(textReplyXml(reply)), 'encrypted in plain mode'],
  ['secure', textReplyXml(reply), 'not encrypted in secure mode'],
  ['secure', sealed(textReplyXml(reply), { token: 'other' }), 'MsgSignature'],
  ['secure', sealed(textReplyXml(reply), { encodingAesKey: 'b'.repeat(43) }), 'cannot be opened'],
  ['secure', sealed(textReplyXml(reply), { appId: 'wx0' }), 'cannot be opened'],
  ['secure', '<xml><Encrypt>x</Encrypt></xml>', 'MsgSignature'],
  ['plain', textReplyXml({ ...reply, to: 'oBob' }), 'ToUserName'],
  ['plain', textReplyXml({ ...reply, from: openid }), 'FromUserName'],
  ['plain', textReplyXml(reply).replace('<CreateTime>1<', '<CreateTime>now<'), 'CreateTime'],
  ['plain', textReplyXml(reply).replace('MsgType', 'Msgtype').replace('/MsgType', '/Msgtype'), 'MsgType'],
  ['plain', textReplyXml(reply).replaceAll('Content', 'content'), 'Content is missing'],
  ['plain', textReplyJson(reply), 'no XML'],
  ['plain', 'OK', 'no XML'],
  ['plain', '<html><body>502</body></html>', 'no message'],
  ['plain', '<xml><ToUserName>', 'no XML'],
  ['plain', '<xml></xml>', 'no message']
] as const)('in %s mode %s is a fault', (mode, body, problem) => {
  expect(() => readAnswer(body, openid, account(mode), 'xml')).toThrow(problem)
})

test('bad JSON is a fault where JSON may be', () => {
  expect(() => readAnswer('{"a":', openid, account('plain'), 'json')).toThrow('no JSON')
})
