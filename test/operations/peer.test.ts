import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { isLocalPeer } from '../../src/core/index.ts'

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
