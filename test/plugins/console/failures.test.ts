import { describe, expect, test } from 'vitest'
import type { App } from '../../../src/core/index.ts'
import { ApiError, Errors } from '../../../src/plugins/api-error/service.ts'
import { consoleRig, pageOf } from './gateway.ts'

const routes = (app: App): void => {
  app.get('/items/:id', () => {
    throw new ApiError(Errors['resource.not_found'], { detail: 'a-s3cret' })
  })
  app.post('/broken', () => {
    throw new Error('a-s3cret')
  })
  app.get('/by-itself', (_, reply) => reply.code(418).send('a-s3cret'))
  app.get('/good', () => 'good')
  app.get('/probe', { logLevel: 'silent' }, (_, reply) => reply.code(503).send(''))
}

const told = { 'x-request-id': 'r-1' }
const asked = { at: Date.UTC(2026, 0, 1), requestId: 'r-1' }

describe('failures are remembered', () => {
  test.each(['problem', 'flask'])('by kind, status, route and id, and nothing else: %s', async dialect => {
    const { app } = await consoleRig({ routes, errors: { dialect } })
    await using _ = app
    for (const url of ['/items/a-s3cret?token=a-s3cret', '/good', '/probe', '/by-itself', '/a-s3cret'])
      await app.inject({ url, headers: { ...told, authorization: 'a-s3cret', cookie: 'a-s3cret' } })
    await app.inject({ method: 'POST', url: '/broken', headers: told, payload: { pin: 'a-s3cret' } })
    expect(app.service.failures()).toEqual([
      { ...asked, number: 4, method: 'POST', route: '/broken', http: 500, key: 'internal' },
      { ...asked, number: 3, method: 'GET', route: undefined, http: 404, key: 'route.not_found' },
      { ...asked, number: 2, method: 'GET', route: '/by-itself', http: 418, key: undefined },
      { ...asked, number: 1, method: 'GET', route: '/items/:id', http: 404, key: 'resource.not_found' }
    ])
    expect(await pageOf(app)).not.toContain('s3cret')
  })

  test('also without api-error, by their status', async () => {
    const { app } = await consoleRig({ routes, errors: false })
    await using _ = app
    await app.inject({ url: '/items/7', headers: told })
    await app.inject({ url: '/nowhere', headers: told })
    expect(app.service.failures()).toEqual([
      { ...asked, number: 2, method: 'GET', route: undefined, http: 404, key: undefined },
      { ...asked, number: 1, method: 'GET', route: '/items/:id', http: 404, key: undefined }
    ])
  })

  test('up to a hundred of them', async () => {
    const { app } = await consoleRig({ routes })
    await using _ = app
    for (let count = 0; count < 103; count++) await app.inject('/items/7')
    const numbers = app.service.failures().map(({ number }) => number)
    expect(numbers).toEqual(Array.from({ length: 100 }, (_item, index) => 103 - index))
  })
})
