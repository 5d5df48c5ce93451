import type { RouteHandlerMethod } from 'fastify'
import { expect, test } from 'vitest'
import { result } from '../../../src/plugins/api-error/service.ts'
import { build } from './build.ts'

const ws3 = { dialect: 'ws3' } as const

test('what stands around a handler gets its value before a dialect has rendered it, and may replace it', async () => {
  const seen: unknown[] = []
  await using app = await build({
    routes(routes, errors) {
      errors.around(
        ({ handler }) =>
          async function (request, reply) {
            const value: unknown = await handler.call(this, request, reply)
            seen.push(value)
            return result({ around: value }, { message: 'ok' })
          }
      )
      routes.get('/', { config: ws3 }, () => ({ a: 1 }))
    }
  })
  expect((await app.inject('/')).json()).toEqual({ success: true, code: 200, result: { around: { a: 1 } } })
  expect((await app.inject({ method: 'HEAD', url: '/' })).statusCode).toBe(200)
  expect(seen).toEqual([{ a: 1 }, { a: 1 }])
})

test('the last is outermost, one that returns nothing leaves the handler alone, and older routes stay as they are', async () => {
  const tagging = (tag: string, handler: RouteHandlerMethod): RouteHandlerMethod =>
    async function (request, reply) {
      return `${tag}(${String(await handler.call(this, request, reply))})`
    }
  await using app = await build({
    routes(routes, errors) {
      routes.get('/before', () => 'x')
      errors.around(({ handler }) => tagging('a', handler))
      errors.around(() => undefined)
      errors.around(({ url, handler }) => (url === '/both' ? tagging('b', handler) : undefined))
      routes.get('/one', () => 'x')
      routes.get('/both', () => 'x')
    }
  })
  const bodies = await Promise.all(
    ['/before', '/one', '/both'].map(async url => (await app.inject(url)).body)
  )
  expect(bodies).toEqual(['x', 'a(x)', 'b(a(x))'])
})

test('what it throws ends the start', async () => {
  const start = build({
    routes(routes, errors) {
      errors.around(({ url }) => {
        throw new TypeError(`${url} is refused`)
      })
      routes.get('/', () => 'x')
    }
  })
  await expect(start).rejects.toThrow('/ is refused')
})
