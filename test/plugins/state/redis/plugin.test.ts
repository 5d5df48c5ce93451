import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { metaOf } from '../../../../src/core/plugin.ts'
import state from '../../../../src/plugins/state/index.ts'
import { testPlugin } from '../../../../src/testing/index.ts'
import { freePort } from '../../../servers/free-port.ts'
import { hasRedis, startRedis, type RedisServer } from '../../../servers/redis.ts'

const health = metaOf(state)?.health

describe.skipIf(!hasRedis)('the driver redis of the plugin state', () => {
  let redis: RedisServer
  beforeAll(async () => void (redis = await startRedis('--requirepass', 'open sesame')))
  afterAll(() => redis[Symbol.asyncDispose]())

  it('logs in with the password of the address, into its database', async () => {
    const url = `redis://:open%20sesame@127.0.0.1:${redis.port}/3`
    await using app = await testPlugin(state, { config: { driver: 'redis', redis: { url } } })
    await app.service.set('a', '1')
    await expect(health?.(app.service)).resolves.toBeUndefined()
    const direct = new Redis(url)
    expect(await direct.get('paifang:value:a')).toBe('1')
    direct.disconnect()
  })

  it('starts without a server, is not healthy, and says where it looked, and keeps the password out of the log', async () => {
    const lines: string[] = []
    const port = await freePort()
    const url = `redis://somebody:hidden@127.0.0.1:${port}`
    await using app = await testPlugin(state, {
      config: { driver: 'redis', redis: { url, timeoutMs: 100 } },
      server: { logLevel: 'trace' },
      logDestination: { write: line => void lines.push(line) }
    })
    const reason = `Redis 127.0.0.1:${port} cannot be reached: ECONNREFUSED`
    await expect(health?.(app.service)).rejects.toThrow(reason)
    expect(lines.filter(line => line.includes('cannot be reached'))).toHaveLength(1)
    expect(lines.join('')).toContain(reason)
    expect(lines.join('')).not.toContain('hidden')
  })

  it.each([
    ['without a password', '', 'NOAUTH'],
    ['with a wrong one', ':guessed@', 'WRONGPASS']
  ])('says that its login was refused %s', async (_, login, refusal) => {
    const url = `redis://${login}127.0.0.1:${redis.port}`
    await using app = await testPlugin(state, { config: { driver: 'redis', redis: { url, timeoutMs: 500 } } })
    const reason = `Redis 127.0.0.1:${redis.port} refused the login: ${refusal}`
    const said = async (): Promise<string> => {
      try {
        return String(await health?.(app.service))
      } catch (error) {
        return String(error)
      }
    }
    await expect.poll(said).toContain(reason)
  })

  it('is closed for every call after the gateway has closed', async () => {
    const url = `redis://:open%20sesame@127.0.0.1:${redis.port}`
    const app = await testPlugin(state, { config: { driver: 'redis', redis: { url } } })
    await app.close()
    await expect(app.service.get('a')).rejects.toThrow('The state is closed')
  })

  it.each([
    [{ url: 'http://127.0.0.1' }, 'is no redis:// or rediss:// address'],
    [{ url: 'redis://127.0.0.1/one' }, 'names a database that is no number'],
    [
      { url: 'redis://127.0.0.1/1', cluster: ['127.0.0.1:1'] },
      'names a database, and a cluster has only one'
    ],
    [{ sentinels: ['a:1'], cluster: ['b:1'] }, 'is there beside a cluster, which needs none'],
    [{ cluster: ['a:b'] }, 'is no list of host:port'],
    [{ sentinels: ['a b'] }, 'must match pattern'],
    [{ keyPrefix: '{a}' }, 'must match pattern']
  ])('refuses %o', async (settings, message) => {
    const config = { driver: 'redis' as const, redis: settings }
    await expect(testPlugin(state, { config })).rejects.toThrow(message)
  })
})
