import { networkInterfaces } from 'node:os'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { metaOf } from '../../../src/core/plugin.ts'
import { definePlugin } from '../../../src/core/index.ts'
import plugin from '../../../src/plugins/wechat-simulator/index.ts'
import { seededFaults } from '../../../src/plugins/wechat-simulator/seeded-faults.ts'
import type { WechatSimulator } from '../../../src/plugins/wechat-simulator/service.ts'
import { testPlugin } from '../../../src/testing/index.ts'

const plainJson = { mode: 'plain', format: 'json' } as const

/** A callback that keeps what is pushed. */
function listeningPlugin(bodies: unknown[]) {
  return definePlugin({
    name: 'listening',
    description: 'Keeps what is pushed.',
    setup(app) {
      app.post('/wechat_event', { config: { raw: true } }, ({ body }) => {
        bodies.push(body)
        return 'success'
      })
    }
  })
}

async function post(url: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json()
}

const settings = {
  port: 0,
  callbackUrl: '',
  appId: '',
  appSecret: '',
  token: '',
  encodingAesKey: '',
  mode: 'secure',
  format: 'xml',
  followers: 2,
  faultRate: 0,
  seed: 1,
  allowInProduction: false
} as const
const problems = (changes: object, production: boolean) =>
  metaOf(plugin)?.check?.({ ...settings, ...changes }, { production })

test('provides an account that its own API knows, with no settings at all', async () => {
  await using gateway = await testPlugin(plugin)
  const { apiBase, account } = gateway.service
  const { appId: appid, appSecret: secret } = account
  const granted = await post(`${apiBase}/cgi-bin/stable_token`, {
    grant_type: 'client_credential',
    appid,
    secret
  })
  expect(granted).toMatchObject({ expires_in: 7200 })
  expect(account).toMatchObject({
    appId: expect.stringMatching(/^wx[0-9a-f]{16}$/),
    token: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
    encodingAesKey: expect.stringMatching(/^[A-Za-z0-9]{43}$/),
    mode: 'secure'
  })
})

test('has other secrets at each start', async () => {
  await using one = await testPlugin(plugin)
  await using other = await testPlugin(plugin)
  expect(one.service.account.token).not.toBe(other.service.account.token)
  expect(one.service.account.appSecret).not.toBe(other.service.account.appSecret)
})

test('is the account that its settings name', async () => {
  const given = {
    appId: 'wx1234',
    appSecret: 'secret',
    token: 'token',
    encodingAesKey: 'a'.repeat(43),
    mode: 'compat'
  } as const
  await using gateway = await testPlugin(plugin, { config: given })
  expect(gateway.service.account).toMatchObject(given)
})

const hasIpv6 = Object.values(networkInterfaces()).some(all => all?.some(({ address }) => address === '::1'))

test.each(['127.0.0.1', '0.0.0.0', ...(hasIpv6 ? ['::1', '::'] : [])])(
  'pushes to the gateway in which it runs, which listens on %s',
  async host => {
    const bodies: unknown[] = []
    await using gateway = await testPlugin(plugin, {
      config: plainJson,
      with: [[listeningPlugin(bodies)]]
    })
    await gateway.listen({ host, port: 0 })
    const { apiBase } = gateway.service
    expect(await post(`${apiBase}/phone/follow`, { openid: 'oAnn' })).toMatchObject({ result: 'answered' })
    expect(bodies).toMatchObject([{ FromUserName: 'oAnn', Event: 'subscribe' }])
  }
)

test('pushes nowhere while the gateway does not listen', async () => {
  await using gateway = await testPlugin(plugin)
  const outcome = await post(`${gateway.service.apiBase}/phone/follow`, { openid: 'oAnn' })
  expect(outcome).toEqual({ result: 'nowhere', problems: [] })
})

test('pushes to another callback where one is set', async () => {
  const bodies: unknown[] = []
  await using other = await testPlugin(listeningPlugin(bodies))
  const address = await other.listen({ host: '127.0.0.1', port: 0 })
  const config = { ...plainJson, callbackUrl: `${address}/wechat_event` }
  await using gateway = await testPlugin(plugin, { config })
  await gateway.listen({ host: '127.0.0.1', port: 0 })
  await post(`${gateway.service.apiBase}/phone/follow`, { openid: 'oAnn' })
  expect(bodies).toHaveLength(1)
})

test('begins with as many followers as it is told, and somebody who is none', async () => {
  await using gateway = await testPlugin(plugin, { config: { followers: 3 } })
  const people = await (await fetch(`${gateway.service.apiBase}/phone/people`)).json()
  expect((people as { follower: boolean }[]).map(({ follower }) => follower)).toEqual([
    true,
    true,
    true,
    false
  ])
})

test('strikes with faults when it is told to, by seed', async () => {
  const first = (seed: number) => seededFaults({ seed, rate: 1 }).api?.('token')[0]?.do
  const seed = Array.from({ length: 200 }, (_, candidate) => candidate).find(
    candidate => first(candidate) === 'status'
  )
  await using gateway = await testPlugin(plugin, { config: { faultRate: 1, seed: seed ?? 0 } })
  expect((await fetch(`${gateway.service.apiBase}/cgi-bin/token`)).status).toBe(502)
})

test('ends with the gateway', async () => {
  const gateway = await testPlugin(plugin)
  const { apiBase } = gateway.service
  await gateway.close()
  await expect(fetch(apiBase)).rejects.toThrow('fetch failed')
})

test('does not start where its port is taken', async () => {
  await using first = await testPlugin(plugin)
  const port = Number(new URL(first.service.apiBase).port)
  await expect(testPlugin(plugin, { config: { port } })).rejects.toThrow('EADDRINUSE')
})

test('is refused in production, with a way out', () => {
  expect(problems({}, false)).toEqual([])
  expect(problems({}, true)).toMatchObject([
    { path: ['allowInProduction'], hint: expect.stringContaining('wechat-scan') }
  ])
  expect(problems({ allowInProduction: true }, true)).toEqual([])
})

test.each([
  { port: 65_536 },
  { callbackUrl: 'ftp://example.org' },
  { token: 'no' },
  { encodingAesKey: 'short' },
  { mode: 'none' },
  { format: 'yaml' },
  { followers: -1 },
  { faultRate: 1.1 },
  { seed: -1 }
])('refuses the settings %j', async config => {
  await expect(testPlugin(plugin, { config: config as object })).rejects.toThrow('wechat-simulator')
})

test('hides its secrets', () => {
  const properties = metaOf(plugin)?.config.properties
  const secret = ['appSecret', 'token', 'encodingAesKey'].map(name => properties?.[name]?.secret)
  expect(secret).toEqual([true, true, true])
})

test('warns that a simulator scans, says where its phone is, and logs no secret', async () => {
  let log = ''
  const app = Fastify({ logger: { level: 'trace', stream: { write: (line: string) => void (log += line) } } })
  await app.register(plugin)
  await app.ready()
  const { apiBase, account } = app.getDecorator<WechatSimulator>('wechatSimulator')
  await post(`${apiBase}/phone/follow`, { openid: 'oAnn' })
  await app.close()
  expect(log).toContain('scans are made by a simulator, not by WeChat')
  expect(log).toContain(`${apiBase}/wechat-simulator`)
  for (const secret of [account.appSecret, account.token, account.encodingAesKey])
    expect(log).not.toContain(secret)
})
