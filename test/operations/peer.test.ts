import Fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { isLocalPeer, networkOf } from '../../src/core/index.ts'

async function isLocal(remoteAddress: string, headers: Record<string, string> = {}): Promise<string> {
  const app = Fastify()
  app.get('/', request => ({ local: isLocalPeer(request) }))
  const { body } = await app.inject({ url: '/', remoteAddress, headers })
  await app.close()
  return body
}

test.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('%s is this machine', async address => {
  expect(await isLocal(address)).toBe('{"local":true}')
})

test.each(['192.0.2.7', '::ffff:192.0.2.7', '::11', '1270.0.0.1'])('%j is not', async address => {
  expect(await isLocal(address)).toBe('{"local":false}')
})

test.each(['x-forwarded-for', 'forwarded'])('nor is whoever a proxy here speaks for (%s)', async header => {
  expect(await isLocal('127.0.0.1', { [header]: '192.0.2.7' })).toBe('{"local":false}')
})

describe('what counts as one address', () => {
  const same: readonly (readonly [string, string])[] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1::8:7:6:5:4:3', '1:0:8:7::/64'],
    ['', '']
  ]
  test.each(same)('%s is %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network)
  })
})
