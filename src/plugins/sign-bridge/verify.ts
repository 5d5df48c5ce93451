import { verify, type X509Certificate } from 'node:crypto'
import { ApiError } from '../api-error/service.ts'
import type { Certificates } from './certificates.ts'
import { Errors } from './errors.ts'
import type { DeviceStage } from './stage.ts'

/**
 * Whether a signature of the control is that of `text` under the certificate: RSA PKCS#1 v1.5 with SHA-1 over UTF-8
 * (e-port control 1.5). `undefined`: it cannot be told here, since the key is of another kind.
 */
export function verifies(text: string, sign: string, certificate: X509Certificate): boolean | undefined {
  const key = certificate.publicKey
  if (key.asymmetricKeyType !== 'rsa') return undefined
  return verify('sha1', Buffer.from(text), key, Buffer.from(sign, 'base64'))
}

/**
 * Returns a signature only when it is that of the text.
 * @throws {ApiError} `sign.signature_invalid`
 */
export function verification(certificates: Certificates): DeviceStage {
  return async (request, next) => {
    const signed = await next(request)
    const certificate = await certificates.of(signed.device)
    if (certificate && verifies(request.data, signed.sign, certificate) === false)
      throw new ApiError(Errors['sign.signature_invalid'])
    return signed
  }
}
