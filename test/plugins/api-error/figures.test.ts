import { expect, test } from 'vitest'
import { definePlugin } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import { ApiError, Errors, Outcomes } from '../../../src/plugins/api-error/service.ts'
import { testPlugin } from '../../../src/testing/index.ts'
import { figures } from '../metrics/figures.ts'

test('failures are counted by the key that callers see, answers are not', async () => {
  const routes = definePlugin({
    name: 'routes',
    description: 'Routes of a test.',
    setup(app) {
      app.get('/good', () => 'good')
      app.get('/bad', () => Promise.reject(new ApiError(Errors['auth.failed'])))
      app.get('/worse', () => Promise.reject(new Error('secret-text')))
    }
  })
  await using app = await testPlugin(apiError, { with: [[routes]] })
  for (const url of ['/good', '/bad', '/bad', '/worse', '/nowhere/secret', '/good']) await app.inject(url)
  const counted = await figures(app, 'paifang_failures')
  expect(counted).toMatchObject({
    'paifang_failures_total{key="auth.failed"}': 2,
    'paifang_failures_total{key="route.not_found"}': 1
  })
  expect(Object.values(counted).toSorted((a, b) => a - b)).toEqual([1, 1, 2])
  expect(JSON.stringify(counted)).not.toContain('secret')
})

test('outcomes of work are told by what it says, by the key of its failure, or as internal', async () => {
  const outcomes = new Outcomes('valid', 'invalid')
  await outcomes.of(Promise.resolve(1), n => (n === 1 ? 'valid' : 'invalid'))
  await expect(outcomes.of(Promise.reject(new ApiError(Errors['auth.failed'])))).rejects.toThrow(ApiError)
  for (const _ of [1, 2])
    await expect(outcomes.of(Promise.reject(new Error('secret')))).rejects.toThrow('secret')
  expect(outcomes.snapshot()).toEqual({ valid: 1, invalid: 0, 'auth.failed': 1, internal: 2 })
})
