import Fastify from 'fastify'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import cache from '../../src/plugins/cache/index.ts'
import { Cache, type CacheUser } from '../../src/plugins/cache/service.ts'
import { value } from './value.ts'
import type { Read } from './ways.ts'

async function start(): Promise<Cache> {
  const app = Fastify()
  await app.register(cache)
  await app.ready()
  return app.getDecorator<Cache>(Cache.name)
}

/** A handle. */
export async function defined(): Promise<Read> {
  return (await start()).define('read', '1h', value)
}

/** The cache of a request, public. */
export async function publicCache(): Promise<Read> {
  const service = await start()
  return key =>
    service
      .of({ method: 'GET', routeId: '/news/:city', params: { page: key, city: 'nanjing' } })
      .publicCache('list', '1h', value)
}

/** The cache of a request, for its user. */
export async function userCache(): Promise<Read> {
  const service = await start()
  const user = person()
  return key =>
    service
      .of({ method: 'GET', routeId: '/courses', params: { term: key }, user })
      .userCache('list', '1h', value)
}

/** Without any cache: a ciphertext is opened and parsed. */
export async function decipherAndParse(): Promise<Read> {
  const user = person()
  const aad = Buffer.from('key')
  const sealed = user.seal(Buffer.from(JSON.stringify(value())), aad)
  return async () => JSON.parse(Buffer.from(user.open(sealed, aad)).toString()) as unknown
}

function person(): CacheUser {
  const key = randomBytes(32)
  return {
    identity: 'somebody',
    seal(bytes, aad) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad)
      return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
    },
    open(bytes, aad) {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(aad)
      decipher.setAuthTag(bytes.subarray(-16))
      const plain = decipher.update(bytes.subarray(12, -16))
      decipher.final()
      return plain
    }
  }
}
