import { describe, expect, test } from 'vitest'
import { encryptedIn, envelopeXml } from '../../src/wechat/envelope-xml.ts'

const chat = (content: string, rest = '<Encrypt><![CDATA[AAAA]]></Encrypt>'): string =>
  `<xml><Content><![CDATA[${content}]]></Content>${rest}</xml>`

test.each([
  [
    'in CDATA',
    '<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[AA+/==]]></Encrypt></xml>',
    'AA+/=='
  ],
  ['bare', '<xml>\n<Encrypt> AAAA\n</Encrypt></xml>', 'AAAA'],
  ['behind a declaration', '<?xml version="1.0"?><xml><Encrypt>AAAA</Encrypt></xml>', 'AAAA'],
  ['beside a chat about it', chat('<Encrypt>BBBB</Encrypt>'), 'AAAA'],
  ['behind half of one in a chat', chat('<Encrypt><![CDATA[BBBB'), 'AAAA']
])('the ciphertext is found %s', (_where, xml, encrypted) => {
  expect(encryptedIn(xml)).toBe(encrypted)
})

test.each([
  ['nothing', ''],
  ['no element', '<xml><A>1</A></xml>'],
  ['text that looks like one only', chat('<Encrypt>BBBB</Encrypt>', '')],
  ['two elements', chat('', '<Encrypt>AAAA</Encrypt><Encrypt>AAAA</Encrypt>')],
  ['one that is not closed', '<xml><Encrypt>AAAA</xml>'],
  ['an empty one', '<xml><Encrypt></Encrypt></xml>'],
  ['one with an element in it', '<xml><Encrypt><b>AAAA</b></Encrypt></xml>'],
  ['one with two texts', '<xml><Encrypt><![CDATA[AA]]><![CDATA[AA]]></Encrypt></xml>'],
  ['a comment', '<xml><!-- --><Encrypt>AAAA</Encrypt></xml>'],
  ['a DOCTYPE', '<!DOCTYPE xml><xml><Encrypt>AAAA</Encrypt></xml>'],
  ['an endless text', '<xml><Encrypt>AAAA</Encrypt><![CDATA[']
])('there is none in %s', (_kind, xml) => {
  expect(encryptedIn(xml)).toBeUndefined()
})

describe('a body that is made to cost', () => {
  const size = 1 << 20
  test.each([
    ['openings', '<Encrypt>'],
    ['starts of CDATA', '<![CDATA['],
    ['spaces', '<Encrypt> '],
    ['letters', 'a'],
    ['brackets', '<']
  ])('is read in one go: %s', (_kind, unit) => {
    const body = `<Encrypt>${unit.repeat(size / unit.length)}`
    const start = performance.now()
    expect(encryptedIn(body)).toBeUndefined()
    // What is quadratic takes minutes.
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})

test('an envelope names its parts', () => {
  expect(envelopeXml({ encrypt: 'AAAA', signature: 'ab', time: '1', nonce: 'n' })).toBe(
    '<xml><Encrypt><![CDATA[AAAA]]></Encrypt><MsgSignature><![CDATA[ab]]></MsgSignature>' +
      '<TimeStamp>1</TimeStamp><Nonce><![CDATA[n]]></Nonce></xml>'
  )
})
