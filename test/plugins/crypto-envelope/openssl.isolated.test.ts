import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { Opening } from '../../../src/plugins/crypto-envelope/codec.ts'
import { foldKey, mysqlEcbHex } from '../../../src/plugins/crypto-envelope/codecs/mysql-ecb-hex.ts'
import type { SealedAnswer } from '../../../src/plugins/crypto-envelope/service.ts'
import { demonstrationKey } from './ecb-client.ts'
import { missingTools } from './missing-tools.ts'

const context = { method: 'POST', path: '/getCode' }

function openssl(input: Buffer, keyText: string, ...options: string[]): Buffer {
  const key = foldKey(Buffer.from(keyText)).toString('hex')
  return execFileSync('openssl', ['enc', '-aes-128-ecb', '-K', key, ...options], { input })
}

describe.skipIf(missingTools('openssl').length > 0)('with the openssl command', () => {
  const values = [
    {},
    { str: 'hello', pwdstr: '88888888' },
    { str: '密码||"head":"{"a":5.0}"\r\n\u0000', list: [1, null, true] },
    { str: 'x'.repeat(10_000) }
  ]
  const keys = [demonstrationKey, 'short', '一个更长的密钥文本', 'k'.repeat(17)]
  const cases = values.map((value, index) => ({ value, keyText: keys[index] ?? demonstrationKey }))

  test.each(cases)('what it encrypts under $keyText is opened', ({ value, keyText }) => {
    const message = openssl(Buffer.from(JSON.stringify(value)), keyText).toString('hex')
    const key = { kid: 'k', key: mysqlEcbHex.importKey(Buffer.from(keyText), 'both') }
    const opened = mysqlEcbHex.open(
      Buffer.from(message),
      { find: () => undefined, candidates: () => [key] },
      context
    ) as Opening
    expect(opened.value).toEqual(value)
  })

  test.each(cases)('what is sealed under $keyText it decrypts', ({ value, keyText }) => {
    const key = { kid: 'k', key: mysqlEcbHex.importKey(Buffer.from(keyText), 'both') }
    const { body } = mysqlEcbHex.seal(value, key, { context, binding: {} }) as SealedAnswer
    const plaintext = openssl(Buffer.from(body as string, 'hex'), keyText, '-d').toString('utf8')
    expect(JSON.parse(plaintext)).toEqual(value)
  })
})
