import { expect, test } from 'vitest'
import cryptoEnvelope from '../../../src/plugins/crypto-envelope/index.ts'
import state from '../../../src/plugins/state/index.ts'
import { fakeClock, testPlugin } from '../../../src/testing/index.ts'
import { gcmKey } from './build-app.ts'
import { sealRequest } from './gcm-client.ts'

test('over the state plugin, a message opens once and a full store opens nothing more', async () => {
  const clock = fakeClock()
  const context = { method: 'POST', path: '/a' }
  await using gateway = await testPlugin(cryptoEnvelope, {
    with: [[state, { maxKeys: 1 }]],
    services: { clock },
    config: { keys: { 'key-a': { key: gcmKey.toString('base64') } } }
  })
  const open = async (message: object): Promise<unknown> =>
    gateway.service.open('default', Buffer.from(JSON.stringify(message)), context)
  const first = sealRequest({ key: gcmKey, kid: 'key-a', ...context }, '{"a":1}', clock.now())
  const second = sealRequest({ key: gcmKey, kid: 'key-a', ...context }, '{"a":2}', clock.now())
  await expect(open(first)).resolves.toMatchObject({ value: { a: 1 } })
  await expect(open(first)).rejects.toMatchObject({ entry: { key: 'envelope.replayed' } })
  await expect(open(second)).rejects.toMatchObject({ entry: { key: 'envelope.unavailable' } })
})
