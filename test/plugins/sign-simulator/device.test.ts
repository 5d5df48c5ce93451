import { verify, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { startSignSimulator } from '../../../src/plugins/sign-simulator/device.ts'
import { RawClient } from './client.ts'

test('greets, signs, and hands out the certificate with which the signature verifies', async () => {
  await using device = await startSignSimulator()
  await using client = await RawClient.connect(device.url)
  expect(await client.next()).toBe('{"_id":0,"_method":"open","_status":"00","_args":{}}')

  client.sign(7, '中文 and ASCII')
  const { Data, ...rest } = await client.nextReply()
  expect(rest).toEqual({
    id: 7,
    method: 'cus-sec_SpcSignDataAsPEM',
    status: '00',
    Result: true,
    Error: []
  })

  client.request(8, 'SpcGetSignCertAsPEM')
  const certificate = new X509Certificate((await client.nextReply()).Data[0] ?? '')
  const [signature = '', certNo] = Data
  expect(certificate.serialNumber.toLowerCase()).toBe(certNo)
  const verified = verify(
    'sha1',
    Buffer.from('中文 and ASCII'),
    certificate.publicKey,
    Buffer.from(signature, 'base64')
  )
  expect(verified).toBe(true)
})
