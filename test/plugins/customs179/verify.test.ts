import { assert, asyncProperty, constantFrom, integer, string, uint8Array } from 'fast-check'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCardKey, type CardKey } from '../../../src/plugins/sign-simulator/card-key.ts'
import { createCertificate } from '../../../src/plugins/sign-simulator/certificate.ts'
import {
  bitString,
  nullValue,
  objectIdentifier,
  sequence,
  time,
  toPem
} from '../../../src/plugins/sign-simulator/der.ts'
import { signedText } from '../../../src/plugins/customs179/signed-text.ts'
import { headText, listsText, makeRig, sessionID, startsAt, type Rig } from './samples.ts'

const day = 86_400_000
const [rsa, otherRsa, sm2, otherSm2] = (await Promise.all(
  (['rsa', 'rsa', 'sm2', 'sm2'] as const).map(algorithm =>
    createCardKey({ algorithm, validFrom: startsAt - day })
  )
)) as [CardKey, CardKey, CardKey, CardKey]

const segments = { sessionID, head: headText, lists: listsText, serviceTime: String(startsAt) }
const str = signedText(segments)
const pemOf = ({ certificate }: CardKey): string => toPem('CERTIFICATE', certificate)

let rig: Rig
beforeAll(async () => {
  rig = await makeRig()
})
afterAll(() => rig[Symbol.asyncDispose]())

async function verdict(claim: object): Promise<Readonly<Record<string, unknown>>> {
  const { status, body } = await rig.verify(claim)
  expect([status, body['errors']]).toEqual([200, undefined])
  return body
}

describe.each([
  ['rsa-sha1', rsa, otherRsa],
  ['sm2-sm3', sm2, otherSm2]
])('a signature of a card with %s', (algorithm, key, other) => {
  const signValue = key.sign(str)
  const claim = { str, signValue, certificate: pemOf(key) }
  const reasons = async (change: object): Promise<unknown> =>
    (await verdict({ ...claim, ...change }))['reasons']

  test('is valid over the bytes that were signed', async () => {
    expect(await verdict(claim)).toEqual({
      valid: true,
      algorithm,
      certNo: key.certNo,
      subject: 'C=CN, O=模拟企业有限公司, CN=模拟操作员',
      notBefore: key.notBefore.toISOString(),
      notAfter: key.notAfter.toISOString(),
      reasons: [],
      segments: { wellFormed: true, faults: [] }
    })
  })

  test('takes the certificate as PEM, or as base64 of DER in one line or several', async () => {
    const base64 = key.certificate.toString('base64')
    const lines = base64.replaceAll(/.{64}/g, '$&\r\n')
    for (const certificate of [
      base64,
      lines,
      `Bag Attributes\n${pemOf(key)}`,
      pemOf(key).replaceAll('\n', '\r\n')
    ])
      expect(await reasons({ certificate })).toEqual([])
  })

  test('is over any text, with segments or without', async () => {
    const text = '任何 text\r\n\0'
    const answer = await verdict({ ...claim, str: text, signValue: key.sign(text) })
    expect(answer).toMatchObject({ valid: true, reasons: [] })
    expect(answer).not.toHaveProperty('segments')
  })

  test.each([
    ['a digit', str.replace('5', '6')],
    ['5 for 5.0', str.replace('"totalAmount":5', '"totalAmount":5.0')],
    ['a space at the end', `${str} `],
    ['an escape for a character', str.replace('样', String.raw`\u6837`)],
    ['another text', 'hello']
  ])('does not hold for another text: %s', async (_, text) => {
    expect(await reasons({ str: text })).toEqual(['signature_mismatch'])
  })

  test('does not hold with another certificate of its kind, nor with one of the other kind', async () => {
    expect(await reasons({ certificate: pemOf(other) })).toEqual(['signature_mismatch'])
    expect(await reasons({ certificate: pemOf(key === rsa ? sm2 : rsa) })).toEqual(['signature_malformed'])
  })

  test('does not hold with any bit changed', async () => {
    const bytes = Buffer.from(signValue, 'base64')
    await assert(
      asyncProperty(integer({ min: 0, max: bytes.length * 8 - 1 }), async bit => {
        const changed = Buffer.from(bytes)
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        expect(await reasons({ signValue: changed.toString('base64') })).toEqual(['signature_mismatch'])
      }),
      { numRuns: 12 }
    )
  })

  test('of a form that none has is malformed', async () => {
    const raw = Buffer.from(signValue, 'base64')
    for (const bad of [
      raw.subarray(1).toString('base64'),
      Buffer.concat([raw, Buffer.of(0)]).toString('base64'),
      raw.toString('hex'),
      `${signValue}\n`,
      ` ${signValue}`,
      signValue.replaceAll('=', ''),
      'x',
      '中文'
    ])
      expect(await reasons({ signValue: bad })).toEqual(['signature_malformed'])
    for (const byte of [0, 0xff])
      expect(await reasons({ signValue: Buffer.alloc(raw.length, byte).toString('base64') })).toEqual([
        'signature_mismatch'
      ])
  })

  test('is judged by the time that the text says, or by the clock when it says none', async () => {
    const at = async (moment: number): Promise<unknown> => {
      const text = signedText({ ...segments, serviceTime: String(moment) })
      return (await verdict({ ...claim, str: text, signValue: key.sign(text) }))['reasons']
    }
    const [from, to] = [key.notBefore.getTime(), key.notAfter.getTime()]
    expect(await at(from)).toEqual([])
    expect(await at(from - 1)).toEqual(['certificate_not_yet_valid'])
    expect(await at(to)).toEqual([])
    expect(await at(to + 1)).toEqual(['certificate_expired'])

    await using later = await makeRig()
    later.clock.jump(to - startsAt + 1)
    const { body } = await later.verify({
      str: 'hello',
      signValue: key.sign('hello'),
      certificate: pemOf(key)
    })
    expect(body).toMatchObject({ valid: false, reasons: ['certificate_expired'] })
    const other5 = { str: 'other', signValue: key.sign('hello'), certificate: pemOf(key) }
    expect((await later.verify(other5)).body['reasons']).toEqual([
      'signature_mismatch',
      'certificate_expired'
    ])
  })
})

describe('what is no certificate of a card is answered', () => {
  const signValue = rsa.sign(str)
  const answer = (certificate: string): Promise<Readonly<Record<string, unknown>>> =>
    verdict({ str, signValue, certificate })

  test.each<[string, string]>([
    ['a word', 'certificate'],
    ['base64 of nothing', 'AAAA'],
    ['PEM of nothing', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['PEM without an end', pemOf(rsa).slice(0, 200)],
    ['a public key', toPem('PUBLIC KEY', rsa.publicKey)],
    ['DER cut short', rsa.certificate.subarray(0, -1).toString('base64')],
    ['a time that there is not', certificateWith({ publicKey: rsa.publicKey, notAfter: '991332246199Z' })]
  ])('%s', async (_, certificate) => {
    expect(await answer(certificate)).toEqual({
      valid: false,
      reasons: ['certificate_malformed'],
      segments: { wellFormed: true, faults: [] }
    })
  })

  const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
  const ecKey = (curve: string): Buffer =>
    sequence(
      sequence(objectIdentifier('1.2.840.10045.2.1'), objectIdentifier(curve)),
      bitString(Buffer.alloc(65, 4))
    )
  const rsaKey = (...numbers: Buffer[]): Buffer =>
    sequence(sequence(objectIdentifier('1.2.840.113549.1.1.1'), nullValue()), bitString(sequence(...numbers)))
  const number = (length: number): Buffer =>
    Buffer.concat([Buffer.of(2, 0x82, length >> 8, length & 255, 0x7f), Buffer.alloc(length - 1, 0xff)])

  test.each<[string, Buffer]>([
    ['an elliptic curve of NIST', spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)],
    ['Ed25519', spki(generateKeyPairSync('ed25519').publicKey)],
    ['RSA-PSS', spki(generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey)],
    ['an unknown algorithm', sequence(sequence(objectIdentifier('1.2.3.4')), bitString(Buffer.alloc(65)))],
    ['an SM2 point cut short', Buffer.concat([sm2.publicKey.subarray(0, -1)])],
    ['RSA of 8192 bits', rsaKey(number(1024), Buffer.of(2, 1, 3))],
    ['RSA with an exponent of 1024 bits', rsaKey(number(128), number(128))]
  ])('a key of another kind: %s', async (_, publicKey) => {
    const certificate = certificateWith({ publicKey })
    const { reasons } = await answer(certificate)
    expect([['key_unsupported'], ['certificate_malformed']]).toContainEqual(reasons)
  })

  test('a point that is not on the curve, and an RSA key that makes no sense', async () => {
    const claim = {
      str,
      signValue: sm2.sign(str),
      certificate: certificateWith({ publicKey: ecKey('1.2.156.10197.1.301') })
    }
    expect([['signature_mismatch'], ['key_unsupported'], ['certificate_malformed']]).toContainEqual(
      (await verdict(claim))['reasons']
    )
    const even = rsaKey(Buffer.of(2, 2, 1, 0), Buffer.of(2, 1, 2))
    const nonsense = { str, signValue: 'AAA=', certificate: certificateWith({ publicKey: even }) }
    expect(await verdict(nonsense)).toMatchObject({ valid: false })
  })

  test('whatever the bytes are', async () => {
    await assert(
      asyncProperty(
        constantFrom(rsa, sm2),
        integer({ min: 0, max: 400 }),
        uint8Array({ minLength: 1, maxLength: 4 }),
        async (key, at, put) => {
          const broken = Buffer.from(key.certificate)
          broken.set(put, Math.min(at, broken.length - put.length))
          expect(
            await verdict({ str, signValue: 'AAAA', certificate: broken.toString('base64') })
          ).toMatchObject({ valid: false })
        }
      )
    )
    await assert(
      asyncProperty(string({ minLength: 1 }), string({ minLength: 1 }), async (certificate, value) => {
        expect(await verdict({ str, signValue: value, certificate })).toMatchObject({ valid: false })
      })
    )
  })
})

test('a certificate of nobody says so', async () => {
  const name = sequence()
  const certificate = sequence(
    sequence(
      Buffer.of(2, 1, 1),
      sequence(objectIdentifier('1.2.840.113549.1.1.11'), nullValue()),
      name,
      sequence(time(new Date(startsAt - day)), time(new Date(startsAt + day))),
      name,
      rsa.publicKey
    ),
    sequence(objectIdentifier('1.2.840.113549.1.1.11'), nullValue()),
    bitString(Buffer.alloc(128))
  ).toString('base64')
  expect(await verdict({ str, signValue: rsa.sign(str), certificate })).toMatchObject({
    valid: true,
    certNo: '01',
    subject: ''
  })
})

test('half a surrogate pair has no bytes that could have been signed', async () => {
  const payload = JSON.stringify({ str: '?', signValue: rsa.sign('\uFFFD'), certificate: pemOf(rsa) })
  const response = await rig.gateway.inject({
    method: 'POST',
    url: '/v1/customs179/verify',
    headers: { 'content-type': 'application/json' },
    payload: payload.replace('"?"', String.raw`"\ud800"`)
  })
  expect(response.json()).toMatchObject({ valid: false, reasons: ['text_not_unicode'] })
})

describe('the segments', () => {
  const faults = async (change: Partial<typeof segments>): Promise<unknown> => {
    const text = signedText({ ...segments, ...change })
    const answer = await verdict({ str: text, signValue: rsa.sign(text), certificate: pemOf(rsa) })
    expect(answer['valid']).toBe(true)
    return (answer['segments'] as { faults: unknown }).faults
  }

  test.each<[string, Partial<typeof segments>, string, string]>([
    [
      'a field that is missing',
      { head: headText.replace('"guid"', '"Guid"') },
      '/payExchangeInfoHead/guid',
      'required'
    ],
    [
      'a field that is too long',
      { head: headText.replace('0000EBP001', 'E'.repeat(19)) },
      '/payExchangeInfoHead/ebpCode',
      'maxLength'
    ],
    [
      'an amount in quotes',
      { head: headText.replace(':5,', ':"5",') },
      '/payExchangeInfoHead/totalAmount',
      'type'
    ],
    [
      'an amount with six decimals',
      { head: headText.replace(':5,', ':5.000001,') },
      '/payExchangeInfoHead/totalAmount',
      'digits'
    ],
    ['whitespace', { lists: ` ${listsText}` }, '/payExchangeInfoLists', 'whitespace'],
    ['a byte order mark', { head: `\uFEFF${headText}` }, '/payExchangeInfoHead', 'whitespace'],
    [
      'half a surrogate pair',
      { lists: listsText.replace('样品一号', String.raw`\udc00`) },
      '/payExchangeInfoLists',
      'unicode'
    ],
    ['no JSON', { head: headText.slice(1) }, '/payExchangeInfoHead', 'json'],
    ['__proto__', { lists: '[{"__proto__":1}]' }, '/payExchangeInfoLists', 'json'],
    ['no orders', { lists: '[]' }, '/payExchangeInfoLists', 'minItems'],
    ['seconds for milliseconds', { serviceTime: '1767225600' }, '/serviceTime', 'pattern'],
    ['a sessionID with a space', { sessionID: 'a b' }, '/sessionID', 'pattern']
  ])('are looked at: %s', async (_, change, path, code) => {
    expect(await faults(change)).toEqual([{ path, code }])
  })

  test('a list made up of faults is not gone through', async () => {
    const many = await faults({ lists: `[${Array.from({ length: 30_000 }, () => '{}').join()}]` })
    expect(many).toEqual([{ path: '/payExchangeInfoLists/0/orderNo', code: 'required' }])
  })
})

test.each([
  [{ signValue: 'AAAA', certificate: 'AAAA' }, '/str'],
  [{ str: '', signValue: 'AAAA', certificate: 'AAAA' }, '/str'],
  [{ str: 1, signValue: 'AAAA', certificate: 'AAAA' }, '/str'],
  [{ str: 'x'.repeat(121_857), signValue: 'AAAA', certificate: 'AAAA' }, '/str'],
  [{ str, signValue: 'A'.repeat(1_025), certificate: 'AAAA' }, '/signValue'],
  [{ str, signValue: 'AAAA', certificate: 'A'.repeat(16_385) }, '/certificate']
])('a body without the three texts, or with longer ones, is refused: %#', async (claim, pointer) => {
  expect(await rig.verify(claim)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } })
})

/** A certificate that says what no card's does, as base64 of DER. */
function certificateWith({ publicKey, notAfter }: { publicKey: Buffer; notAfter?: string }): string {
  const der = createCertificate({
    serial: '4d000001',
    commonName: 'x',
    organization: 'x',
    notBefore: new Date(startsAt - day),
    notAfter: new Date(startsAt + day),
    publicKey,
    signatureAlgorithm: sequence(objectIdentifier('1.2.840.113549.1.1.11'), nullValue()),
    sign: () => Buffer.alloc(128)
  })
  if (notAfter === undefined) return der.toString('base64')
  return Buffer.from(der.toString('latin1').replace('260102000000Z', notAfter), 'latin1').toString('base64')
}
