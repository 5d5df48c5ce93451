import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { startDevices, type DevicesOptions } from '../../../src/plugins/sign-simulator/devices.ts'
import { RawClient } from './client.ts'

const usual: DevicesOptions = {
  devices: 1,
  host: '127.0.0.1',
  port: 0,
  algorithm: 'rsa',
  delayMs: 0,
  pin: '88888888',
  seed: 1,
  faultRate: 0
}

/** The first of `count` ports in a row that were free a moment ago. */
async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = createServer().listen(0, '127.0.0.1')
    await once(first, 'listening')
    const { port } = first.address() as AddressInfo
    const others = Array.from({ length: count - 1 }, (_, index) =>
      createServer().listen(port + 1 + index, '127.0.0.1')
    )
    const listening = await Promise.allSettled(others.map(server => once(server, 'listening')))
    for (const server of [first, ...others]) server.close()
    if (listening.every(({ status }) => status === 'fulfilled')) return port
  }
}

test('devices follow one another from the first port', async () => {
  const port = await freePorts(3)
  const { urls, close } = await startDevices({ ...usual, devices: 3, port })
  expect(urls).toEqual([0, 1, 2].map(index => `ws://127.0.0.1:${port + index}`))
  await close()
  await expect(RawClient.connect(urls[2] ?? '')).rejects.toThrow('ECONNREFUSED')
})

test('a wrong PIN locks one card, not the other', async () => {
  const { urls, close } = await startDevices({ ...usual, devices: 2 })
  const results = []
  for (const url of urls) {
    await using client = await RawClient.connect(url)
    await client.next()
    const wrong = url === urls[0] ? 3 : 2
    for (let attempt = 0; attempt < wrong; attempt++) {
      client.sign(1, 'text', 'wrong')
      await client.next()
    }
    client.sign(2)
    results.push((await client.nextReply()).Result)
  }
  await close()
  expect(results).toEqual([false, true])
})

test('the delay is the time that a card takes', async () => {
  const { urls, close } = await startDevices({ ...usual, delayMs: 20 })
  await using client = await RawClient.connect(urls[0] ?? '')
  await client.next()
  const before = performance.now()
  client.sign(1)
  await client.next()
  expect(performance.now() - before).toBeGreaterThanOrEqual(18)
  await close()
})
