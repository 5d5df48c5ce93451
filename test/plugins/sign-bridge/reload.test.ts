import { expect, test } from 'vitest'
import { createGateway } from '../../../src/core/index.ts'
import { ReloadableGateway } from '../../../src/operations/reload.ts'
import { startSignSimulator } from '../../../src/plugins/sign-simulator/device.ts'
import { builtins } from '../../../src/server.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const pin = '88888888'

test('what waits for a card at a reload is signed by the gateway that took it', async () => {
  const clock = fakeClock()
  await using device = await startSignSimulator({ clock, delayMs: 1_000 })
  const config = {
    server: { port: 0, logLevel: 'silent' },
    plugins: {
      'api-error': true,
      state: true,
      database: { file: ':memory:' },
      'crypto-envelope': true,
      'sign-bridge': { devices: [device.url], guardSecret: 'a secret of these tests' }
    }
  }
  const gateway = new ReloadableGateway(handed => createGateway({ builtins, config, env: {}, ...handed }))
  const url = await gateway.start()
  await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200)
  const sign = async (data: string): Promise<number> => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ data, pin })
    return (await fetch(`${url}/v1/sign`, { method: 'POST', headers, body })).status
  }
  const before = device.control.record.count
  const sent = ['one', 'two', 'three'].map(sign)
  await device.control.record.received(before + 1)
  await gateway.reload()
  for (let done = 1; done <= sent.length; done++) {
    await device.control.record.received(before + done)
    await clock.advance(1_000)
  }
  expect(await Promise.all(sent)).toEqual([200, 200, 200])
  await gateway.close()
})
