import { describe, expect, test } from 'vitest'
import type { App } from '../../../src/core/index.ts'
import { gateway } from './gateway.ts'

describe('a route that cannot be cached ends the start, and is named', () => {
  const wrong: readonly (readonly [string, unknown, string])[] = [
    ['a policy that is none', '10q', "Route GET /x: Cache policy '10q': 'q' is no unit"],
    ['another type', 7, 'Route GET /x: the option cache is a policy, or an object with one'],
    ['null', null, 'Route GET /x: the option cache is a policy'],
    ['no policy', {}, 'Route GET /x: Cache policy undefined: neither a text nor an object'],
    [
      'an option that there is not',
      { policy: '10m', scop: 'user' },
      "the option cache has no 'scop', but policy, scope"
    ],
    ['another scope', { policy: '10m', scope: 'guest' }, 'scope is one of public, user; got guest'],
    ['another refresh', { policy: '10m', refresh: true }, 'refresh is one of nobody, users, anyone'],
    ['another cacheControl', { policy: '10m', cacheControl: 'no' }, 'cacheControl is one of true, false'],
    ['no names in vary', { policy: '10m', vary: ['a b'] }, 'vary is a list of at most 8 header names'],
    ['too much in vary', { policy: '10m', vary: 'abcdefghi'.split('') }, 'vary is a list of at most 8'],
    ['fixed tags', { policy: '10m', tags: ['a'] }, 'tags is a function of the request'],
    ['no classification', { policy: '10m', classify: 'x' }, 'classify is a function'],
    [
      'a user, whom nobody tells',
      { policy: '10m', scope: 'user' },
      "Route GET /x has cache.scope 'user', but no plugin tells"
    ]
  ]
  const start = (add: (app: App) => unknown) => gateway({ routes: app => void add(app) })

  test.each(wrong)('%s', async (_name, option, reason) => {
    const config = { cache: option as string }
    await expect(start(app => app.get('/x', { config }, () => 1))).rejects.toThrow(reason)
  })

  test('another method', async () => {
    const config = { cache: '10m' }
    await expect(start(app => app.post('/x', { config }, () => 1))).rejects.toThrow(
      'Route POST /x: POST is not cached'
    )
    const both = { method: ['GET', 'DELETE'], url: '/x', config, handler: () => 1 }
    await expect(start(app => app.route(both))).rejects.toThrow('Route GET, DELETE /x: DELETE is not cached')
  })

  test('a WebSocket', async () => {
    const socket = {
      method: 'GET',
      url: '/x',
      config: { cache: '10m' },
      websocket: true,
      handler: () => 1
    } as const
    await expect(start(app => app.route(socket))).rejects.toThrow('a WebSocket is not cached')
  })
})
