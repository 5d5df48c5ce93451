import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { readCertificate } from '../../../src/plugins/customs179/certificate.ts'
import { createCardKey } from '../../../src/plugins/sign-simulator/card-key.ts'

const { certificate } = await createCardKey({ algorithm: 'rsa' })
const { serialNumber } = new X509Certificate(certificate)
const at = certificate.indexOf(Buffer.from(serialNumber, 'hex'))

/** The certificate with another serial of the same length. Its signature is wrong then, which is not looked at. */
function withSerial(hex: string): string {
  const changed = Buffer.from(certificate)
  changed.write(hex, at, 'hex')
  return changed.toString('base64')
}

test.each(['01', '7f', '80', 'ff'])(
  'a serial that begins with %s is named by its bytes, as cards name it',
  first => {
    const serial = first + '1'.repeat(serialNumber.length - 2)
    expect(readCertificate(withSerial(serial))?.certNo).toBe(serial)
  }
)
