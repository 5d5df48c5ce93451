import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { createCardKey } from '../../../src/plugins/sign-simulator/card-key.ts'
import { reconnectMs } from './memory-line.ts'
import { cardKey, failure, makeRig, otherCardKey, outcome } from './rig.ts'

const pem = new X509Certificate(cardKey.certificate).toString()
const certNo = cardKey.certNo
const noPem = {
  do: 'fail',
  text: '调用的方法不存在',
  code: 'Err:Base50001',
  on: 'cus-sec_SpcGetSignCertAsPEM',
  times: Infinity
} as const

test('a certificate is found by its serial, in either case and with leading zeros, and read once a connection', async () => {
  const rig = await makeRig()
  for (const serial of [certNo, certNo.toUpperCase(), `00${certNo}`])
    expect(await rig.certificates.find(serial)).toBe(pem)
  expect(rig.line.handed).toHaveLength(1)
  rig.control.cutAll()
  await rig.clock.advance(reconnectMs)
  expect(await rig.certificates.find(certNo)).toBe(pem)
  expect(rig.line.handed).toHaveLength(2)
})

test('a control that gives no PEM is asked for DER', async () => {
  const rig = await makeRig({ controls: [{ script: [noPem] }] })
  expect(await rig.certificates.find(certNo)).toBe(pem)
})

test('the certificate of an SM2 card is served too', async () => {
  const key = await createCardKey({ algorithm: 'sm2' })
  const rig = await makeRig({ controls: [{ key }] })
  expect(await rig.certificates.find(key.certNo)).toBe(new X509Certificate(key.certificate).toString())
})

test('of several devices the one that has it answers; a serial that nobody has is not found', async () => {
  const rig = await makeRig({ controls: [{}, { key: otherCardKey }] })
  expect(await rig.certificates.find(otherCardKey.certNo)).toContain('BEGIN CERTIFICATE')
  expect(await rig.certificates.find('deadbeef')).toBeUndefined()
  expect(rig.lines.map(({ handed }) => handed.length)).toEqual([1, 1])
})

test('many readers at once cost one read', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 100 }] })
  const found = Promise.all(Array.from({ length: 50 }, () => rig.certificates.find(certNo)))
  await rig.clock.advance(100)
  expect(new Set(await found)).toEqual(new Set([pem]))
  expect(rig.line.handed).toHaveLength(1)
})

test('more readers than may wait are refused', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 100 }] })
  const found = Promise.allSettled(Array.from({ length: 66 }, () => rig.certificates.find(certNo)))
  await rig.clock.advance(100)
  const refused = (await found).filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(2)
})

test('a read waits for the signature that is under way, and goes ahead of those that wait', async () => {
  const rig = await makeRig({ controls: [{ delayMs: 100 }] })
  const signing = [rig.sign('one'), rig.sign('two')]
  const found = rig.certificates.find(certNo)
  await rig.clock.advance(300)
  await Promise.all(signing)
  expect(await found).toBe(pem)
  const methods = rig.line.handed.map(frame => /Spc\w+/.exec(frame)?.[0])
  expect(methods).toEqual(['SpcSignDataAsPEM', 'SpcGetSignCertAsPEM', 'SpcSignDataAsPEM'])
})

test('a control that knows no certificates has none, is asked once, and signs on', async () => {
  const refuse = { do: 'fail', text: '?', code: 'Err:Base50001', on: 'read', times: Infinity } as const
  const rig = await makeRig({ controls: [{ script: [refuse] }] })
  expect(await rig.certificates.find(certNo)).toBeUndefined()
  expect(await rig.certificates.find(certNo)).toBeUndefined()
  expect(rig.line.handed).toHaveLength(2)
  expect(await outcome(rig.sign('hello'))).toBe('signed')
})

test('a control that leaves a read unanswered loses its connection, and is not asked again for ten minutes', async () => {
  const rig = await makeRig({ controls: [{ script: [{ do: 'ignore', on: 'read', times: Infinity }] }] })
  const find = async (): Promise<unknown> => {
    const found = rig.certificates.find(certNo).catch((error: unknown) => error)
    await rig.clock.advance(5_000 + reconnectMs)
    return found
  }
  expect(await find()).toMatchObject({ entry: { key: 'sign.device_unavailable' } })
  expect(await outcome(rig.sign('hello'))).toBe('signed')
  expect(await find()).toBeUndefined()
  const reads = (): number => rig.line.handed.filter(frame => frame.includes('SpcGetSignCert')).length
  expect(reads()).toBe(1)
  await rig.clock.advance(600_000)
  rig.control.play([])
  expect(await find()).toBe(pem)
})

test('while a device that may have it cannot be asked, nobody can say that it is unknown', async () => {
  const rig = await makeRig({ controls: [{}, { key: otherCardKey }] })
  rig.lines[1]?.goOffline()
  expect(await rig.certificates.find(certNo)).toBe(pem)
  expect(await failure(rig.certificates.find('deadbeef'))).toMatchObject({
    entry: { key: 'sign.device_unavailable' }
  })
})

test('what is no certificate is not served', async () => {
  const frame = '{"Result":true,"Data":["-----BEGIN CERTIFICATE-----"],"Error":[]}'
  const script = [{ do: 'frame', frame } as const, { do: 'data', as: 'not-strings' } as const]
  const rig = await makeRig({ controls: [{ script }] })
  expect(await rig.certificates.find(certNo)).toBeUndefined()
})
