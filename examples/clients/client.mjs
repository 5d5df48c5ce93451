// Calls a route of crypto-envelope with nothing but Node:
//
//   ENVELOPE_KID=2026-a ENVELOPE_KEY=<base64> node client.mjs default http://127.0.0.1:3000/v1/echo '{"str":"hello"}'
//   ENVELOPE_KEY=<text>                       node client.mjs legacy  http://127.0.0.1:3000/getCode '{"str":"…","pwdstr":"…"}'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const [profile, url = '', plaintext = ''] = process.argv.slice(2)
const { ENVELOPE_KEY: keyText = '', ENVELOPE_KID: kid = '' } = process.env

/** Profile `default`: the JSON envelope with AES-256-GCM. */
const gcm = {
  key: Buffer.from(keyText, 'base64'),

  associated: ({ v, alg, kid: id, ts, nonce }, ...rest) =>
    Buffer.from([v, alg, id, ts, nonce, 'POST', new URL(url).pathname, ...rest].join('\n')),

  seal(text) {
    const nonce = randomBytes(12)
    const header = { v: 1, alg: 'A256GCM', kid, ts: Date.now(), nonce: nonce.toString('base64url') }
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(this.associated(header, 'req'))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    const body = JSON.stringify({ ...header, ct: sealed.toString('base64url') })
    // The answer is bound to the nonce of the request: only the answer to this very request opens.
    return { body, open: answer => this.open(answer, header.nonce) }
  },

  open(answer, requestNonce) {
    const sealed = Buffer.from(answer.ct, 'base64url')
    const nonce = Buffer.from(answer.nonce, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonce, { authTagLength: 16 })
    decipher.setAAD(this.associated(answer, 'res', requestNonce)).setAuthTag(sealed.subarray(-16))
    return decipher.update(sealed.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
  }
}

/** Profile `legacy`: HEX(AES_ENCRYPT(json, key)) of MySQL. */
const mysql = {
  key() {
    const folded = Buffer.alloc(16)
    for (const [index, byte] of Buffer.from(keyText).entries()) folded[index % 16] ^= byte
    return folded
  },

  seal(text) {
    const cipher = createCipheriv('aes-128-ecb', this.key(), null)
    return {
      body: cipher.update(text, 'utf8', 'hex') + cipher.final('hex'),
      open: answer => this.open(answer)
    }
  },

  open(answer) {
    const decipher = createDecipheriv('aes-128-ecb', this.key(), null)
    return decipher.update(answer, 'hex', 'utf8') + decipher.final('utf8')
  }
}

const envelope = { default: gcm, legacy: mysql }[profile]
if (!envelope || !plaintext || !keyText) {
  console.error('usage: ENVELOPE_KEY=… [ENVELOPE_KID=…] node client.mjs default|legacy URL JSON')
  process.exit(2)
}
const { body, open } = envelope.seal(plaintext)
const response = await fetch(url, { method: 'POST', body })
const answer = await response.json()
if (response.ok && answer.code === 200) console.log(open(answer.data))
else {
  console.error(`refused: ${JSON.stringify(answer)}`)
  process.exitCode = 1
}
