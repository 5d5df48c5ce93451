import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** A client of the `aes-256-gcm` envelope, written from the plugin's README alone. */
export interface GcmClient {
  readonly key: Buffer
  readonly kid: string
  readonly method: string
  readonly path: string
}

export interface GcmEnvelope {
  readonly v: number
  readonly alg: string
  readonly kid: string
  readonly ts: number
  readonly nonce: string
  readonly ct: string
}

export function sealRequest(
  client: GcmClient,
  plaintext: string,
  ts: number,
  nonce = randomBytes(12)
): GcmEnvelope {
  const header = { v: 1, alg: 'A256GCM', kid: client.kid, ts, nonce: nonce.toString('base64url') }
  const cipher = createCipheriv('aes-256-gcm', client.key, nonce)
  cipher.setAAD(Buffer.from([...Object.values(header), client.method, client.path, 'req'].join('\n')))
  const ct = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return { ...header, ct: ct.toString('base64url') }
}

export function openAnswer(client: GcmClient, answer: GcmEnvelope, requestNonce: string): string {
  const { v, alg, kid, ts, nonce } = answer
  const sealed = Buffer.from(answer.ct, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', client.key, Buffer.from(nonce, 'base64url'), {
    authTagLength: 16
  })
  const fields = [v, alg, kid, ts, nonce, client.method, client.path, 'res', requestNonce]
  decipher.setAAD(Buffer.from(fields.join('\n'))).setAuthTag(sealed.subarray(-16))
  return decipher.update(sealed.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
}
