import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:net'
import { once } from 'node:events'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { metaOf } from '../../../src/core/plugin.ts'
import plugin from '../../../src/plugins/sign-simulator/index.ts'
import { seededFaults } from '../../../src/plugins/sign-simulator/seeded-faults.ts'
import type { SignSimulator } from '../../../src/plugins/sign-simulator/service.ts'
import { testPlugin } from '../../../src/testing/index.ts'
import { RawClient } from './client.ts'

const settings = {
  devices: 1,
  algorithm: 'rsa',
  delayMs: 0,
  pin: '88888888',
  port: 0,
  faultRate: 0,
  seed: 1,
  allowInProduction: false
}
const problems = (changes: object, production: boolean) =>
  metaOf(plugin)?.check?.({ ...settings, ...changes }, { production })

/** The certificate of the card behind `url`. */
async function certificateOf(url: string): Promise<X509Certificate> {
  await using client = await RawClient.connect(url)
  await client.next()
  client.request(1, 'SpcGetSignCertAsPEM')
  return new X509Certificate((await client.nextReply()).Data[0] ?? '')
}

test('provides one device that signs, with no settings at all', async () => {
  await using gateway = await testPlugin(plugin)
  const [url = '', ...others] = gateway.service.urls
  expect(others).toEqual([])
  await using client = await RawClient.connect(url)
  await client.next()
  client.sign(1, 'text')
  expect(await client.nextReply()).toMatchObject({ id: 1, Result: true })
})

test('provides as many devices as it is told to, each with a card of its own', async () => {
  await using gateway = await testPlugin(plugin, { config: { devices: 3 } })
  const serials = await Promise.all(
    gateway.service.urls.map(async url => (await certificateOf(url)).serialNumber)
  )
  expect(new Set(serials).size).toBe(3)
})

test('takes the PIN and the algorithm from its settings', async () => {
  await using gateway = await testPlugin(plugin, { config: { pin: '12345678', algorithm: 'sm2' } })
  await using client = await RawClient.connect(gateway.service.urls[0] ?? '')
  await client.next()
  client.sign(1, 'text', '88888888')
  client.sign(2, 'text', '12345678')
  expect(await client.nextReply()).toMatchObject({ id: 1, Result: false })
  const { Data } = await client.nextReply()
  expect(Buffer.from(Data[0] ?? '', 'base64')).toHaveLength(64)
})

test('strikes with faults when it is told to, by seed', async () => {
  const first = (seed: number) => seededFaults({ seed, rate: 1 }).connect?.(1)[0]?.do
  const seed = Array.from({ length: 100 }, (_, candidate) => candidate).find(
    candidate => first(candidate) === 'refuse'
  )
  await using gateway = await testPlugin(plugin, { config: { faultRate: 1, seed: seed ?? 0 } })
  await expect(RawClient.connect(gateway.service.urls[0] ?? '')).rejects.toThrow('503')
})

test('ends its devices with the gateway', async () => {
  const gateway = await testPlugin(plugin, { config: { devices: 2 } })
  const clients = await Promise.all(gateway.service.urls.map(url => RawClient.connect(url)))
  await gateway.close()
  for (const client of clients) expect(await client.closed).toBe(1006)
})

test('does not start when a port is taken, and leaves no device behind', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const config = { port: port - 1, devices: 2 }
  await expect(testPlugin(plugin, { config })).rejects.toThrow('EADDRINUSE')
  await expect(RawClient.connect(`ws://127.0.0.1:${port - 1}`)).rejects.toThrow('ECONNREFUSED')
  server.close()
})

test('is refused in production, with a way out', () => {
  expect(problems({}, false)).toEqual([])
  expect(problems({}, true)).toMatchObject([
    { path: ['allowInProduction'], hint: expect.stringContaining('sign-bridge.devices') }
  ])
  expect(problems({ allowInProduction: true }, true)).toEqual([])
})

test('is refused when its ports do not fit', () => {
  expect(problems({ port: 65_535, devices: 1 }, false)).toEqual([])
  expect(problems({ port: 65_535, devices: 2 }, false)).toMatchObject([
    { path: ['port'], hint: 'choose 65534 or less' }
  ])
})

test.each([
  { devices: 0 },
  { devices: 65 },
  { algorithm: 'dsa' },
  { delayMs: -1 },
  { pin: '' },
  { port: 65_536 },
  { faultRate: 1.1 },
  { seed: -1 }
])('refuses the settings %j', async config => {
  await expect(testPlugin(plugin, { config: config as object })).rejects.toThrow('sign-simulator')
})

test('hides its PIN', () => {
  expect(metaOf(plugin)?.config.properties?.['pin']?.secret).toBe(true)
})

test('warns that a simulator signs, and logs no PIN', async () => {
  let log = ''
  const app = Fastify({ logger: { level: 'trace', stream: { write: (line: string) => void (log += line) } } })
  await app.register(plugin, { pin: '13572468' })
  await app.ready()
  const { urls } = app.getDecorator<SignSimulator>('signSimulator')
  await using client = await RawClient.connect(urls[0] ?? '')
  await client.next()
  for (const pin of ['13572468', '24681357', '24681357', '24681357']) {
    client.sign(1, 'text', pin)
    await client.next()
  }
  await app.close()
  expect(log).toContain('signatures are made by a simulator, not by a card')
  expect(log).toContain(urls[0])
  expect(log).not.toMatch(/13572468|24681357/)
})
