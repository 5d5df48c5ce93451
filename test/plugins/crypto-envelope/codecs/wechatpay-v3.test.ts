import { createDecipheriv } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Profile } from '../../../../src/plugins/crypto-envelope/profiles.ts'
import type { SealedAnswer } from '../../../../src/plugins/crypto-envelope/service.ts'
import { buildProfile, failureOf, now, open } from '../build-profile.ts'
import { sealWechatpay } from '../clients/partner.ts'

const at = { method: 'POST', path: '/notify', ts: now }
const key = Buffer.from('an API v3 key with 32 characters')
const resource = JSON.parse(sealWechatpay(key, '{"id":1}', at).body.toString()) as Record<string, unknown>
const message = (fields: unknown) => ({ body: Buffer.from(JSON.stringify(fields)), context: at })

let profile: Profile
beforeAll(async () => {
  profile = await buildProfile(
    { codec: 'wechatpay-v3' },
    { k: { key: key.toString(), encoding: 'utf8', use: 'both' } }
  )
})

test('a notification is opened, and so is a bare resource', async () => {
  const notification = { id: 'EV-1', create_time: '2026-01-01T08:00:00+08:00', resource }
  expect((await open(profile, message(notification))).value).toEqual({ id: 1 })
  expect((await open(profile, message(resource))).value).toEqual({ id: 1 })
})

test('associated data may be empty or missing', async () => {
  const empty = sealWechatpay(key, '{"id":2}', at, '')
  expect((await open(profile, empty)).value).toEqual({ id: 2 })
  const { associated_data: _, ...missing } = JSON.parse(empty.body.toString()) as Record<string, unknown>
  expect((await open(profile, message(missing))).value).toEqual({ id: 2 })
})

test('an answer is a resource with a nonce of its own, and opens as no request', async () => {
  const { body } = profile.codec.seal({ a: '值' }, profile.ring.sealing('k')!, {
    context: at,
    binding: {}
  }) as SealedAnswer
  const { ciphertext, nonce, associated_data: data, algorithm } = body as Record<string, string>
  expect([algorithm, nonce?.length]).toEqual(['AEAD_AES_256_GCM', 12])
  const sealed = Buffer.from(ciphertext ?? '', 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, nonce ?? '').setAAD(Buffer.from(data ?? ''))
  decipher.setAuthTag(sealed.subarray(-16))
  expect(decipher.update(sealed.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')).toBe(
    '{"a":"值"}'
  )
  expect(await failureOf(profile, message(body))).toBe('context')
})

describe('refused', () => {
  test.each([
    ['no JSON', 'resource', 'format'],
    ['a resource that is none', { resource: 1 }, 'format'],
    ['null for a resource', { resource: null }, 'format'],
    ['another algorithm', { ...resource, algorithm: 'AEAD_SM4_GCM' }, 'algorithm'],
    ['a nonce of 16 characters', { ...resource, nonce: '0123456789abcdef' }, 'format'],
    ['a nonce of 12 characters that are more bytes', { ...resource, nonce: '0123456789a值' }, 'format'],
    ['a nonce that is no text', { ...resource, nonce: 1 }, 'format'],
    ['associated data that are no text', { ...resource, associated_data: 1 }, 'format'],
    ['less than a tag', { ...resource, ciphertext: 'AAAA' }, 'format'],
    ['no base64', { ...resource, ciphertext: '****' }, 'encoding'],
    ['other associated data', { ...resource, associated_data: 'refund' }, 'cipher']
  ])('%s', async (_kind, fields, failure) => {
    expect(await failureOf(profile, message(fields))).toBe(failure)
  })
})
