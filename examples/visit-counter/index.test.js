import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGateway, testPlugin } from 'paifang'
import plugin, { VisitCounter } from './index.js'

test('counts by route pattern, in whatever provides State', async () => {
  const counts = new Map()
  const state = {
    get: async key => counts.get(key),
    increment: async key => counts.set(key, String(Number(counts.get(key) ?? 0) + 1))
  }
  const app = await testPlugin(plugin, { services: { state } })
  try {
    await app.inject('/healthz')
    await app.inject('/healthz')
    const response = await app.inject('/visits/healthz')
    assert.deepEqual(response.json(), { route: '/healthz', visits: 2 })
  } finally {
    await app.close()
  }
})

test('starts in a gateway beside the built-in state', async () => {
  const app = await createGateway({
    config: { server: { logLevel: 'silent' }, plugins: { state: true, visits: { use: plugin } } },
    env: {}
  })
  try {
    await app.inject('/healthz')
    assert.equal(await app.getDecorator(VisitCounter.name).visits('/healthz'), 1)
  } finally {
    await app.close()
  }
})
