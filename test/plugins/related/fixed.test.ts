import Fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import type { App } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import related from '../../../src/plugins/related/index.ts'
import { gateway, type GatewayOptions } from './gateway.ts'

const cards = (app: App): void => {
  app.get('/cards', { config: { related: 'children', meta: '{ page?=1 } 所有卡' } }, () => 1)
  app.get('/cards/', { config: { related: 'children' } }, () => 1)
  app.post('/cards/lost', { config: { meta: '{ id } 挂失' } }, () => 1)
  app.get('/cards/lost', { config: { meta: '挂失了的卡' } }, () => 1)
  app.get('/cards/lost/older', { config: { meta: '更早的' } }, () => 1)
  app.route({
    method: ['PUT', 'DELETE', 'OPTIONS'],
    url: '/cards/own',
    config: { meta: '自己的' },
    handler: () => 1
  })
  app.get('/cards/untold', () => 1)
  app.get('/cards/:id', { config: { meta: '一张卡', related: ['log', '..', '/about'] } }, () => 1)
  app.get('/cards/:id/log', { config: { meta: '流水' } }, () => 1)
  app.get(
    '/about',
    { config: { meta: '说明', related: { '../x?a=1': { put: 'x' }, 'https://example.com': '站' } } },
    () => 1
  )
  app.get('/about/files/*', { config: { related: ['/cards/:id', '/about'] } }, () => 1)
}

describe('what a route names', () => {
  test('children: the routes one level below, with their texts', async () => {
    await using app = await gateway({ routes: cards })
    const children = [
      { url: '/cards/lost', get: '挂失了的卡', post: '{ id } 挂失' },
      { url: '/cards/own', put: '自己的', delete: '自己的' }
    ]
    for (const url of ['/cards', '/cards/']) expect(await app.relatedTo(url)).toEqual(children)
  })

  test('a list: paths with the texts of their routes, the parameters of the request filled in', async () => {
    await using app = await gateway({ routes: cards })
    expect(await app.relatedTo('/cards/%E5%8D%A1')).toEqual([
      { url: '/cards/%E5%8D%A1/log', get: '流水' },
      { url: '/cards', get: '{ page?=1 } 所有卡' },
      { url: '/about', get: '说明' }
    ])
  })

  test('a path with a parameter that the request has not is left out', async () => {
    await using app = await gateway({ routes: cards })
    expect(await app.relatedTo('/about/files/a/b')).toEqual([{ url: '/about', get: '说明' }])
  })

  test('an object: its own texts', async () => {
    await using app = await gateway({ routes: cards })
    expect(await app.relatedTo('/about')).toEqual([
      { url: '/x?a=1', put: 'x' },
      { url: 'https://example.com', get: '站' }
    ])
  })

  test('is part of failures before the handler, and of answers to HEAD', async () => {
    await using app = await gateway({
      dialect: 'plain',
      routes(routes) {
        const querystring = { type: 'object', required: ['a'] }
        routes.get('/', { schema: { querystring }, config: { related: { x: 'X' } } }, () => 1)
      }
    })
    const link = '</x>; rel="related"; title="X"'
    expect((await app.inject('/')).headers).toMatchObject({ link })
    expect((await app.inject('/')).statusCode).toBe(400)
    expect((await app.inject({ method: 'HEAD', url: '/?a=1' })).headers).toMatchObject({ link })
  })

  test('comes after what the handler adds, and is one resource with it', async () => {
    await using app = await gateway({
      routes(routes, service) {
        routes.get('/', { config: { related: { a: { get: 'a', put: 'put' }, b: 'b' } } }, request => {
          service.add(request, 'c', 'c')
          service.add(request, 'a', 'now')
          return 1
        })
      }
    })
    expect(await app.relatedTo('/')).toEqual([
      { url: '/c', get: 'c' },
      { url: '/a', get: 'now', put: 'put' },
      { url: '/b', get: 'b' }
    ])
  })

  test('the children of the root, at most 100', async () => {
    await using app = await gateway({
      routes(routes) {
        routes.get('/', { config: { related: 'children' } }, () => 1)
        for (let index = 0; index < 110; index++) routes.get(`/${index}`, { config: { meta: 'x' } }, () => 1)
      }
    })
    const told = (await app.relatedTo('/')) as unknown[]
    expect(told).toHaveLength(100)
    expect(told[0]).toEqual({ url: '/0', get: 'x' })
  })
})

describe('what ends the start', () => {
  const start = (routes: GatewayOptions['routes']): Promise<unknown> => gateway({ routes })

  test.each<[object, string]>([
    [{ meta: '{ a' }, "The text of a route is wrong at 4: expected ',' or '}', but the text ends"],
    [{ meta: 7 }, 'meta is a text'],
    [
      { related: 'siblings' },
      "related is 'children', a list of paths, or an object with a text for each path"
    ],
    [{ related: null }, "related is 'children', a list of paths"],
    [{ related: ['nowhere'] }, 'no route at /x/nowhere, which related names, has a text (meta)'],
    [{ related: [7] }, 'a list in related has paths only'],
    [{ related: { a: { got: 'x' } } }, "'got' is no method of a resource (get, post, put, patch, delete)"],
    [{ related: { a: 7 } }, 'a resource has a text, or an object with a text for each method']
  ])('%j', async (config, fault) => {
    const started = start(app => void app.get('/x', { config }, () => 1))
    await expect(started).rejects.toThrow('plugins.related')
    await expect(started).rejects.toThrow(`Route GET /x: ${fault}`)
  })
})

test('without the kernel it knows the routes that are added after it', async () => {
  const app = Fastify()
  await app.register(apiError, { dialect: 'ws3' })
  await app.register(related, { publicPrefix: '/gw' })
  await app.register(async child => {
    child.get('/', { config: { related: 'children' } }, () => 1)
    child.get('/a', { config: { meta: 'A' } }, () => 1)
  })
  expect((await app.inject('/')).json().related).toEqual([{ url: '/gw/a', get: 'A' }])
  await app.close()
})

test.each(['gw', '/gw/', 'ftp://x', '/g w', '/a?b', 'https://', '/'])(
  '%s is no prefix',
  async publicPrefix => {
    await expect(gateway({ config: { publicPrefix }, routes: () => undefined })).rejects.toThrow(
      'publicPrefix'
    )
  }
)
