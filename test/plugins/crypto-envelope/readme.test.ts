import { createDecipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { aes256Gcm } from '../../../src/plugins/crypto-envelope/aes-256-gcm.ts'
import type { Codec, Opening } from '../../../src/plugins/crypto-envelope/codec.ts'
import { Errors } from '../../../src/plugins/crypto-envelope/errors.ts'
import { mysqlEcbHex } from '../../../src/plugins/crypto-envelope/mysql-ecb-hex.ts'
import { fakeClock } from '../../../src/testing/index.ts'
import type { GcmEnvelope } from './gcm-client.ts'

const readme = readFileSync(
  new URL('../../../src/plugins/crypto-envelope/README.md', import.meta.url),
  'utf8'
)
const context = { method: 'POST', path: '/v1/echo' }

/** The rows of a worked example. */
function example(codec: string): (row: string) => string {
  const section = readme.split(`### Worked example: ${codec}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = new Map([...section.matchAll(/^(\S.*?) {2,}(.+)$/gm)].map(([, row, value]) => [row, value]))
  return row => rows.get(row) ?? `the README has no row '${row}'`
}

function open(codec: Codec, message: string, keyBytes: Buffer, kid: string): Opening {
  const key = { kid, key: codec.importKey(keyBytes) }
  return codec.open(
    Buffer.from(message),
    { find: id => (id === kid ? key : undefined), candidates: () => [key] },
    context
  ) as Opening
}

describe('the worked example of aes-256-gcm', () => {
  const row = example('aes-256-gcm')
  const key = Buffer.from(row('key, base64url'), 'base64url')
  const answer = JSON.parse(row('answer body')) as GcmEnvelope
  const codec = aes256Gcm(fakeClock(answer.ts), () => Buffer.from(answer.nonce, 'base64url'))

  test('is what the codec opens and seals, byte for byte', () => {
    const opened = open(codec, row('request body'), key, 'demo-1')
    expect(opened.value).toEqual(JSON.parse(row('request plaintext')))
    const sealed = codec.seal(
      JSON.parse(row('answer plaintext')),
      { kid: 'demo-1', key: codec.importKey(key) },
      {
        context,
        binding: opened.binding
      }
    )
    expect(JSON.stringify(sealed)).toBe(row('answer body'))
  })

  test.each(['request', 'answer'])('gives the additional data of the %s as they are', part => {
    const { nonce, ct } = JSON.parse(row(`${part} body`)) as GcmEnvelope
    const sealed = Buffer.from(ct, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'))
    decipher.setAAD(Buffer.from(row(`${part} additional data`).replaceAll('\\n', '\n')))
    decipher.setAuthTag(sealed.subarray(-16))
    const plaintext = decipher.update(sealed.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
    expect(plaintext).toBe(row(`${part} plaintext`))
  })
})

test('the worked example of mysql-ecb-hex is what the codec opens and seals, byte for byte', () => {
  const row = example('mysql-ecb-hex')
  const key = Buffer.from(row('key text'))
  expect(open(mysqlEcbHex, row('request body'), key, 'k').value).toEqual(JSON.parse(row('request plaintext')))
  const sealed = mysqlEcbHex.seal(
    JSON.parse(row('answer plaintext')),
    { kid: 'k', key: mysqlEcbHex.importKey(key) },
    {
      context,
      binding: {}
    }
  )
  expect(sealed).toBe(row('answer body'))
})

test('the README names every error with its status', () => {
  const named = [...readme.matchAll(/^\| (\d{3}) `(envelope\.\w+)`/gm)].map(([, status, key]) => [
    key,
    Number(status)
  ])
  expect(named).toEqual(Object.values(Errors).map(({ key, http }) => [key, http]))
})
