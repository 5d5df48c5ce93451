import { afterEach, expect, test } from 'vitest'
import { baseAddress } from '../../../../src/plugins/im-ws-gateway/uploads/base-address.ts'
import { noise, startUploads, uploader, type Uploader } from './rig.ts'
import type { Gateway } from '../clients/gateway.ts'

let gateway: Gateway | undefined
afterEach(() => gateway?.[Symbol.asyncDispose]())

test('it is the setting, without a slash at its end', () => {
  const request = { protocol: 'http', host: 'a' } as const
  expect(baseAddress('https://chat.example.com/api//', request)).toBe('https://chat.example.com/api')
})

test.each([
  ['a.example.com', 'http://a.example.com'],
  ['a.example.com:10003', 'http://a.example.com:10003'],
  ['[::1]:3000', 'http://[::1]:3000'],
  ['127.0.0.1', 'http://127.0.0.1']
])('it is where the request was sent to: %s', (host, base) => {
  expect(baseAddress('', { protocol: 'http', host })).toBe(base)
})

test.each(['', 'a/b', 'a?b', 'a#b', 'user@a', 'user:secret@a', 'a b', 'a:99999', '<'])(
  'a host that is none is refused: %j',
  host => {
    expect(() => baseAddress('', { protocol: 'http', host })).toThrow('no name of a host')
  }
)

/** Begins an upload through a proxy that says where it was asked. */
async function behind(trustProxy: boolean): Promise<string> {
  gateway = await startUploads({}, { server: { trustProxy } })
  const ann: Uploader = await uploader(gateway)
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'chat.example.com' }
  const body = {
    hash: '0123456789abcdef0123456789abcdef',
    size: noise(5).length,
    partSize: 262_144,
    name: 'ann/a.png',
    contentType: ''
  }
  const { data } = await ann.post('initiate_multipart_upload', body, forwarded)
  const { upload } = data as { upload: { sign: { parts: { url: string }[] } } }
  return new URL(upload.sign.parts[0]?.url ?? '').origin
}

test('a proxy is believed where the settings say so, and nobody else', async () => {
  expect(await behind(true)).toBe('https://chat.example.com')
  await gateway?.[Symbol.asyncDispose]()
  expect(await behind(false)).toBe(gateway?.http)
})
