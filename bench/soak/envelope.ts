import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

interface Head {
  readonly v: number
  readonly alg: string
  readonly kid: string
  readonly ts: number
  readonly nonce: string
}

interface Sealed extends Head {
  readonly ct: string
}

/** A request in the profile `default` of crypto-envelope, and what opens the answer to it and to no other. */
export interface Letter {
  readonly body: Sealed
  open(answer: unknown): Readonly<Record<string, unknown>>
}

/** Seals JSON for `POST path` with AES-256-GCM. */
export function seal(content: object, path: string, kid: string, key: Buffer): Letter {
  const associated = ({ v, alg, kid: id, ts, nonce }: Head, ...rest: readonly string[]): Buffer =>
    Buffer.from([v, alg, id, ts, nonce, 'POST', path, ...rest].join('\n'))
  const nonce = randomBytes(12)
  const head: Head = { v: 1, alg: 'A256GCM', kid, ts: Date.now(), nonce: nonce.toString('base64url') }
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated(head, 'req'))
  const sealed = [cipher.update(JSON.stringify(content), 'utf8'), cipher.final(), cipher.getAuthTag()]
  return {
    body: { ...head, ct: Buffer.concat(sealed).toString('base64url') },
    open(answer) {
      const { ct, ...its } = answer as Sealed
      const bytes = Buffer.from(ct, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(its.nonce, 'base64url'))
      decipher.setAAD(associated(its, 'res', head.nonce)).setAuthTag(bytes.subarray(-16))
      const text = decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
      return JSON.parse(text) as Record<string, unknown>
    }
  }
}
