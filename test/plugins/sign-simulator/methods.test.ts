import { createHash, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { SimulatedCard } from '../../../src/plugins/sign-simulator/card.ts'
import { toPem } from '../../../src/plugins/sign-simulator/der.ts'
import type { ReplyBody } from '../../../src/plugins/sign-simulator/frames.ts'
import { execute, isSigning, type Session } from '../../../src/plugins/sign-simulator/methods.ts'
import { keys, rsaKey, sm2Key } from './keys.ts'

const pin = '88888888'

/** A card with one connection to it. */
function session(key = rsaKey) {
  const card = new SimulatedCard({ key })
  const state: Session = { pinVerified: false }
  const call = (method: string, args: Record<string, unknown> = {}): ReplyBody =>
    execute({ id: 1, method: `cus-sec_${method}`, args }, card, state)
  const data = (method: string, args?: Record<string, unknown>): string[] => {
    const body = call(method, args)
    expect(body).toMatchObject({ Result: true, Error: [] })
    return body.Data as string[]
  }
  return { card, call, data }
}

const refused = (code: string): ReplyBody => ({ Result: false, Data: [], Error: [expect.any(String), code] })

describe.each(keys)('with an $algorithm card', key => {
  test.each(['SpcSignData', 'SpcSignDataAsPEM', 'SpcSignPemDataAsPem'])('%s signs a text', method => {
    const [signature = '', certNo, ...rest] = session(key).data(method, {
      inData: '签名 text\r\n',
      passwd: pin
    })
    expect(key.verify('签名 text\r\n', signature)).toBe(true)
    expect(certNo).toBe(key.certNo)
    expect(rest).toEqual([])
  })

  test.each(['SpcSignDataNoHash', 'SpcSignDataNoHashAsPEM'])('%s signs a digest', method => {
    const digest = Buffer.alloc(key.digestLength, 9)
    const args = { inData: digest.toString('base64'), passwd: pin }
    const [signature = '', certNo] = session(key).data(method, args)
    expect(key.verifyDigest(digest, signature)).toBe(true)
    expect(certNo).toBe(key.certNo)
  })

  test('SpcVerifySignData and SpcVerifySignDataNoHash tell right from wrong', () => {
    const { call, data } = session(key)
    const signData = key.sign('text')
    expect(data('SpcVerifySignData', { inData: 'text', signData })).toEqual(['成功!'])
    expect(call('SpcVerifySignData', { inData: 'other', signData })).toEqual(refused('Err:Custom51200'))

    const digest = Buffer.alloc(key.digestLength, 3)
    const inData = digest.toString('base64')
    const args = { inData, signData: key.signDigest(digest) }
    expect(data('SpcVerifySignDataNoHash', args)).toEqual(['成功!'])
    expect(call('SpcVerifySignDataNoHash', { inData, signData })).toEqual(refused('Err:Custom51200'))
  })

  test('the certificate comes as PEM, as base64 and as its number', () => {
    const { data } = session(key)
    const [pem = ''] = data('SpcGetSignCertAsPEM')
    const [base64 = ''] = data('SpcGetSignCert')
    expect(new X509Certificate(pem).raw).toEqual(key.certificate)
    expect(Buffer.from(base64, 'base64')).toEqual(key.certificate)
    expect(data('SpcGetCertNo')).toEqual([key.certNo])
  })

  test('SpcGetValidTimeFromCert answers with JSON', () => {
    const [json = ''] = session(key).data('SpcGetValidTimeFromCert')
    const { szStartTime, szEndTime } = JSON.parse(json) as Record<string, string>
    expect(new Date(`${szStartTime}Z`)).toEqual(key.notBefore)
    expect(new Date(`${szEndTime}Z`)).toEqual(key.notAfter)
  })
})

test('facts about the card need no PIN', () => {
  const { data } = session()
  expect(data('SpcGetUName')).toEqual(['模拟操作员'])
  expect(data('SpcGetEntName')).toEqual(['模拟企业有限公司'])
  expect(data('SpcGetCardID')[0]).toMatch(/^\d{13}$/)
  expect(data('SpcGetCardID')).toEqual(session().data('SpcGetCardID'))
  expect(data('SpcGetCardID')).not.toEqual(session(sm2Key).data('SpcGetCardID'))
})

test.each(['SpcSHA1Digest', 'SpcSHA1DigestAsPEM'])(
  '%s is the SHA-1 of the UTF-8 bytes, in base64',
  method => {
    const expected = createHash('sha1').update('摘要').digest('base64')
    expect(session().data(method, { szInfo: '摘要' })).toEqual([expected])
  }
)

test('a digest from SpcSHA1Digest can be signed without hashing', () => {
  const { data } = session()
  const [inData] = data('SpcSHA1Digest', { szInfo: 'text' })
  const [signature] = data('SpcSignDataNoHash', { inData, passwd: pin })
  expect(signature).toBe(rsaKey.sign('text'))
})

describe('the PIN', () => {
  test('may be left out once it was accepted on the connection', () => {
    const { call, data } = session()
    expect(call('SpcSignData', { inData: 'a' })).toEqual(refused('Err:Base50000'))
    expect(data('SpcVerifyPIN', { passwd: pin })).toEqual(['成功!'])
    expect(data('SpcSignData', { inData: 'a' })[0]).toBe(rsaKey.sign('a'))
  })

  test('is forgotten when a wrong one follows', () => {
    const { call, data } = session()
    data('SpcVerifyPINAll', { passwd: pin })
    expect(call('SpcSignData', { inData: 'a', passwd: 'wrong' })).toEqual(refused('Err:Custom50102'))
    expect(call('SpcSignData', { inData: 'a' })).toEqual(refused('Err:Base50000'))
  })

  test('is of no use on a card that another connection has locked', () => {
    const { card, call, data } = session()
    data('SpcVerifyPIN', { passwd: pin })
    for (const wrong of ['1', '2', '3']) expect(() => card.verifyPin(wrong)).toThrow('PIN')
    expect(call('SpcSignData', { inData: 'a' })).toMatchObject({ Result: false })
    expect(call('SpcSignData', { inData: 'a', passwd: pin })).toEqual(refused('Err:Custom50103'))
  })

  test.each(['SpcSignData', 'SpcVerifyPIN'])(
    'that is wrong in %s counts, and locks with the third',
    method => {
      const { card, call } = session()
      const wrong = { inData: 'a', passwd: '00000000' }
      expect(call(method, wrong)).toEqual(refused('Err:Custom50102'))
      expect(call(method, wrong)).toEqual(refused('Err:Custom50102'))
      expect(call(method, wrong)).toEqual(refused('Err:Custom50103'))
      expect(card.locked).toBe(true)
    }
  )

  test('is not tried when the rest of the request is bad or the reader fails', () => {
    const { card, call } = session()
    call('SpcSignData', { passwd: 'wrong' })
    call('SpcSignDataNoHash', { inData: 'AAAA', passwd: 'wrong' })
    card.readerFault = 50200
    call('SpcSignData', { inData: 'a', passwd: 'wrong' })
    call('SpcVerifyPIN', { passwd: 'wrong' })
    expect(card.wrongPins).toBe(0)
  })
})

describe('bad requests', () => {
  test.each([
    ['SpcSignData', { passwd: pin }],
    ['SpcSignData', { inData: 1, passwd: pin }],
    ['SpcSignData', { inData: 'a', passwd: 88888888 }],
    ['SpcSignData', { inData: 'a', passwd: null }],
    ['SpcSignDataNoHash', { inData: 'c2hvcnQ=', passwd: pin }],
    ['SpcVerifySignData', { inData: 'a' }],
    ['SpcVerifySignData', { inData: 'a', signData: 'b', certDataPEM: 'MIIB' }],
    ['SpcGetValidTimeFromCert', { cert: 42 }],
    ['SpcSHA1Digest', {}],
    ['SpcVerifyPIN', {}]
  ])('%s with %j is refused', (method, args) => {
    expect(session().call(method, args)).toEqual(refused('Err:Base50000'))
  })

  test.each(['SpcNoSuchMethod', 'constructor', '__proto__', 'toString', ''])(
    'there is no method %j',
    method => {
      expect(session().call(method)).toEqual(refused('Err:Base50001'))
    }
  )

  test('there is no method without the prefix', () => {
    const card = new SimulatedCard({ key: rsaKey })
    const body = execute({ id: 1, method: 'SpcGetCertNo', args: {} }, card, { pinVerified: false })
    expect(body).toEqual(refused('Err:Base50001'))
  })

  test('a certificate is accepted when it is the one of the card, with or without its frame', () => {
    const { data } = session()
    const pem = toPem('CERTIFICATE', rsaKey.certificate)
    const args = { inData: 'a', signData: rsaKey.sign('a') }
    for (const certDataPEM of [pem, rsaKey.certificate.toString('base64'), ''])
      expect(data('SpcVerifySignData', { ...args, certDataPEM })).toEqual(['成功!'])
    expect(data('SpcGetValidTimeFromCert', { cert: pem })).toHaveLength(1)
  })
})

test.each([50070, 50200, 51590] as const)(
  'a reader that fails with %i fails every method that needs it',
  code => {
    const { card, call, data } = session()
    card.readerFault = code
    for (const method of ['SpcSignDataAsPEM', 'SpcGetCertNo', 'SpcGetSignCertAsPEM', 'SpcVerifyPIN'])
      expect(call(method, { inData: 'a', passwd: pin })).toEqual(refused(`Err:Custom${code}`))
    expect(data('SpcSHA1Digest', { szInfo: 'a' })).toHaveLength(1)
  }
)

test('signing methods are told from the others by name', () => {
  expect(isSigning('cus-sec_SpcSignDataNoHash')).toBe(true)
  expect(isSigning('cus-sec_SpcVerifySignData')).toBe(false)
  expect(isSigning('cus-sec_SpcGetSignCert')).toBe(false)
})
