import { expect, test } from 'vitest'
import { createGateway, definePlugin } from '../../src/core/index.ts'
import apiError from '../../src/plugins/api-error/index.ts'
import { inputView, validate } from '../../src/settings/schema.ts'
import { ServerSettings } from '../../src/resolve/server-settings.ts'

const routes = definePlugin({
  name: 'routes',
  description: 'Routes of a test.',
  setup(app) {
    app.get('/json', () => ({ a: 1 }))
    app.get('/text', () => '<script>')
    app.get('/own', (_, reply) => {
      reply.header('strict-transport-security', 'max-age=1; includeSubDomains')
      return 'own'
    })
    app.get('/bad', () => Promise.reject(new Error('bad')))
    app.get('/raw', (_, reply) => {
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value) reply.raw.setHeader(name, value)
      reply.raw.end('raw')
    })
  }
})

/** The two headers of an answer: `nosniff`, and how long TLS is wanted. */
async function headersOf(
  server: object,
  url: string,
  headers: Record<string, string> = {}
): Promise<unknown[]> {
  const plugins = { 'api-error': { use: apiError }, routes: { use: routes } }
  const app = await createGateway({ config: { server: { logLevel: 'silent', ...server }, plugins }, env: {} })
  const answer = await app.inject({ url, headers })
  await app.close()
  return [answer.headers['x-content-type-options'], answer.headers['strict-transport-security']]
}

const byTls = { 'x-forwarded-proto': 'https' }
const year = 'max-age=31536000'

test.each(['/json', '/text', '/bad', '/nowhere', '/healthz', '/raw'])(
  '%s is not to be sniffed at, and TLS is asked for where a trusted proxy says that the request came so',
  async url => {
    expect(await headersOf({}, url)).toEqual(['nosniff', undefined])
    expect(await headersOf({ trustProxy: true }, url, byTls)).toEqual(['nosniff', year])
    expect(await headersOf({ trustProxy: true }, url)).toEqual(['nosniff', undefined])
    expect(await headersOf({ trustProxy: true }, url, { 'x-forwarded-proto': 'http' })).toEqual([
      'nosniff',
      undefined
    ])
  }
)

test('what a caller says of TLS counts for nothing where no proxy is trusted', async () => {
  expect(await headersOf({}, '/json', byTls)).toEqual(['nosniff', undefined])
})

test('both are settings, and a handler may say otherwise', async () => {
  expect(await headersOf({ nosniff: false }, '/json')).toEqual([undefined, undefined])
  expect(await headersOf({ trustProxy: true, hstsMaxAgeS: 0 }, '/json', byTls)).toEqual([
    'nosniff',
    undefined
  ])
  expect(await headersOf({ trustProxy: true, hstsMaxAgeS: 60 }, '/json', byTls)).toEqual([
    'nosniff',
    'max-age=60'
  ])
  expect(await headersOf({ trustProxy: true }, '/own', byTls)).toEqual([
    'nosniff',
    'max-age=1; includeSubDomains'
  ])
  const faults = validate(inputView(ServerSettings), { hstsMaxAgeS: -1 })
  expect(faults.map(({ path }) => path)).toEqual([['hstsMaxAgeS']])
})
