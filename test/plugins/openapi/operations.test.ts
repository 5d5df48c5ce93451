import { describe, expect, test } from 'vitest'
import { operationId } from '../../../src/plugins/openapi/operation-id.ts'
import { faultsOf } from './document-faults.ts'
import { documentOf, gateway, type GatewayOptions } from './gateway.ts'

/** `GET /path`, and the id. */
async function listed(options: GatewayOptions | GatewayOptions['routes']): Promise<Record<string, string>> {
  const document = await documentOf(options)
  expect(faultsOf(document)).toEqual([])
  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method} ${path}`, operation.operationId])
  )
  return Object.fromEntries(all)
}

test.each([
  ['GET', '/', 'shop.getRoot'],
  ['GET', '/v1/orders', 'shop.getV1Orders'],
  ['DELETE', '/v1/orders/:id/items', 'shop.deleteV1OrdersByIdItems'],
  ['GET', '/qr-code.svg', 'shop.getQrCodeSvg'],
  ['GET', String.raw`/at/:hour(^\d{2})h:minute(^\d{2})m`, 'shop.getAtByHourHByMinuteM'],
  ['PUT', '/files/*', 'shop.putFilesRest'],
  ['PATCH', '/卡/余额', 'shop.patch卡余额']
])('the id of %s %s is %s', (method, url, id) => {
  expect(operationId('shop', method, url)).toBe(id)
})

describe('what is documented', () => {
  test('every method of every route, HEAD and the like excepted, once', async () => {
    const found = await listed(app => {
      app.get('/', () => 1)
      app.route({ method: ['POST', 'PUT', 'OPTIONS'], url: '/both', handler: () => 1 })
      app.delete('/items/:id', () => 1)
      app.get('/slash', () => 1)
      app.get('/slash/', () => 1)
      app.get('/files/*', () => 1)
      app.get('/maybe/:id?', () => 1)
      app.get(String.raw`/at/:hour(^\d{2})h:minute(^\d*)m`, () => 1)
      app.get('/hosts', { constraints: { host: 'a.example.com' } }, () => 1)
      app.get('/hosts', { constraints: { host: 'b.example.com' } }, () => 1)
    })
    expect(found).toEqual({
      'get /_errors': 'api-error.getErrors',
      'get /healthz': 'gateway.getHealthz',
      'get /readyz': 'gateway.getReadyz',
      'get /readyz/{plugin}': 'gateway.getReadyzByPlugin',
      'get /': 'shop.getRoot',
      'post /both': 'shop.postBoth',
      'put /both': 'shop.putBoth',
      'delete /items/{id}': 'shop.deleteItemsById',
      'get /slash': 'shop.getSlash',
      'get /files/{*}': 'shop.getFilesRest',
      'get /maybe/{id}': 'shop.getMaybeById',
      'get /at/{hour}h{minute}m': 'shop.getAtByHourHByMinuteM',
      'get /hosts': 'shop.getHosts'
    })
  })

  test('not what hides, sockets, raw routes that say nothing, and what is excluded', async () => {
    const raw = { raw: true }
    const found = await listed({
      config: { exclude: ['/internal', '/_errors/', '/healthz', '/readyz'] },
      routes(app) {
        app.get('/hidden', { schema: { hide: true } }, () => 1)
        app.get('/style.css', { config: raw }, () => 1)
        app.get('/picture', { config: raw, schema: { summary: 'A picture' } }, () => 1)
        app.get('/file', { config: { ...raw, meta: '{ name } 下载' } }, () => 1)
        app.get('/internal', () => 1)
        app.get('/internal/x', () => 1)
        app.get('/internals', () => 1)
        app.route({ method: 'GET', url: '/socket', handler: () => 1, websocket: true } as never)
      }
    })
    expect(Object.keys(found)).toEqual(['get /picture', 'get /file', 'get /internals'])
  })

  test('nothing of the document itself and of the admin listener', async () => {
    const found = await listed({ config: { path: '/docs/api' }, routes: () => undefined })
    expect(Object.keys(found)).toEqual([
      'get /_errors',
      'get /healthz',
      'get /readyz',
      'get /readyz/{plugin}'
    ])
  })
})

describe('ids', () => {
  test('that routes give stand; those that are made give way by a number', async () => {
    const found = await listed(app => {
      app.get('/a-b', () => 1)
      app.get('/a/b', () => 1)
      app.get('/a/b/', () => 1)
      app.get('/a.b', () => 1)
      app.get('/x', { schema: { operationId: 'shop.getAB2' } }, () => 1)
      app.route({ method: ['GET', 'PUT'], url: '/y', schema: { operationId: 'why' }, handler: () => 1 })
    })
    expect(found).toMatchObject({
      'get /a-b': 'shop.getAB',
      'get /a/b': 'shop.getAB3',
      'get /a.b': 'shop.getAB4',
      'get /x': 'shop.getAB2',
      'get /y': 'why-get',
      'put /y': 'why-put'
    })
  })

  test('that two routes give end the start', async () => {
    const start = gateway({
      routes(app) {
        app.get('/a', { schema: { operationId: 'same' } }, () => 1)
        app.get('/b', { schema: { operationId: 'same' } }, () => 1)
      }
    })
    await expect(start).rejects.toThrow("GET /a and GET /b both have the operationId 'same'")
  })
})

test.each<[object, string]>([
  [
    { meta: '{ a' },
    "Route GET /x: The text of a route is wrong at 4: expected ',' or '}', but the text ends"
  ],
  [{ meta: 7 }, 'Route GET /x: meta is a text']
])('a text of a route that is none ends the start: %j', async (config, fault) => {
  await expect(gateway({ routes: app => void app.get('/x', { config }, () => 1) })).rejects.toThrow(fault)
})

test.each([
  { path: 'openapi.json' },
  { path: '/:id' },
  { exclude: ['x'] },
  { title: '' },
  { publicPrefix: '/gw/' }
])('settings that are none end the start: %j', async config => {
  await expect(gateway({ config, routes: () => undefined })).rejects.toThrow('plugins.openapi')
})
