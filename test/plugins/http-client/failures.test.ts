import pino from 'pino'
import { describe, expect, test } from 'vitest'
import apiError from '../../../src/plugins/api-error/index.ts'
import { definePlugin } from '../../../src/core/index.ts'
import httpClient from '../../../src/plugins/http-client/index.ts'
import { HttpClient, UpstreamError } from '../../../src/plugins/http-client/service.ts'
import { testPlugin } from '../../../src/testing/index.ts'
import { freePort } from '../../servers/free-port.ts'
import { startRig, type Rig } from './rig.ts'

const answering = (): Promise<Rig> =>
  startRig((seen, response) => response.writeHead(Number(seen.url.slice(1, 4))).end('{"reason":"no"}'))

describe('a failure has the entry of the catalogue that its kind stands for', () => {
  test.each([
    [401, 'upstream.unauthorized'],
    [403, 'upstream.forbidden'],
    [400, 'upstream.unavailable'],
    [404, 'upstream.unavailable'],
    [429, 'upstream.unavailable'],
    [500, 'upstream.unavailable'],
    [503, 'upstream.unavailable']
  ])('status %i: %s', async (status, key) => {
    await using rig = await answering()
    const error = await rig.failed(rig.http.get(rig.at(`/${status}`)))
    expect(error).toMatchObject({ kind: 'status', status, host: `up.example.edu:${rig.port}`, sent: true })
    expect(error.entry.key).toBe(key)
    expect(error.answer).toMatchObject({ status, data: { reason: 'no' } })
  })

  test('a name without an address', async () => {
    const lookup = (_: string, __: object, callback: (error: Error, none: []) => void): void =>
      callback(
        Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
        []
      )
    await using rig = await startRig(() => undefined, { lookup })
    const error = await rig.failed(rig.http.post(rig.at('/')))
    expect([error.kind, error.entry.key, error.sent]).toEqual(['dns', 'upstream.unavailable', false])
    expect(error.message).toContain('ENOTFOUND')
  })

  test('a port where nobody listens', async () => {
    await using rig = await startRig(() => undefined)
    const error = await rig.failed(rig.http.post(`http://up.example.edu:${await freePort()}/`))
    expect([error.kind, error.entry.key, error.sent]).toEqual(['connect', 'upstream.unavailable', false])
  })

  test('a connection that is lost before an answer', async () => {
    await using rig = await startRig((_, response) => response.destroy())
    const error = await rig.failed(rig.http.get(rig.at('/')))
    expect([error.kind, error.entry.key, error.sent]).toEqual(['connect', 'upstream.unavailable', true])
    expect(rig.seen).toHaveLength(1)
  })

  test('JSON that was asked for and is none', async () => {
    await using rig = await startRig((_, response) => response.end('<html>secret</html>'))
    const error = await rig.failed(rig.http.get(rig.at('/'), { as: 'json' }))
    expect([error.kind, error.status, error.message]).toEqual([
      'body',
      200,
      `up.example.edu:${rig.port}: what came is no JSON`
    ])
  })
})

test('statuses that a caller accepts are no failures', async () => {
  await using rig = await answering()
  const accept = (status: number): boolean => status === 404
  expect(await rig.http.get(rig.at('/404'), { accept })).toMatchObject({
    status: 404,
    data: { reason: 'no' }
  })
  expect(await rig.failed(rig.http.get(rig.at('/200'), { accept }))).toMatchObject({
    kind: 'status',
    status: 200
  })
})

test('what came with a failure is in no log, nor is the host in what callers see', async () => {
  await using rig = await answering()
  const error = await rig.failed(rig.http.get(rig.at('/401?secret')))
  const lines: string[] = []
  pino({}, { write: (line: string) => void lines.push(line) }).error({ err: error }, 'failed')
  expect(lines.join('')).not.toMatch(/reason|secret/)
  expect(lines.join('')).toContain('up.example.edu')
  expect(error.context.detail).toBeUndefined()
  expect(JSON.stringify(error)).not.toMatch(/reason|secret/)
})

test('a route that throws a failure answers in its dialect', async () => {
  const portal = definePlugin({
    name: 'portal',
    description: 'Asks an upstream.',
    needs: { http: HttpClient },
    setup(app, { http }) {
      app.get('/ask/:status', { config: { dialect: 'ws3' } }, async ({ params }) => {
        const { status } = params as { status: string }
        return (await http.open({ plugin: 'portal' }).get(`${upstream}/${status}`)).data
      })
    }
  })
  await using rig = await answering()
  const upstream = `http://127.0.0.1:${rig.port}`
  await using app = await testPlugin(portal, {
    with: [[apiError], [httpClient, { internalHosts: ['127.0.0.1'] }]]
  })
  const asked = async (status: number): Promise<unknown> => (await app.inject(`/ask/${status}`)).json()
  expect(await asked(200)).toEqual({ success: true, code: 200, result: { reason: 'no' } })
  expect(await asked(401)).toMatchObject({ success: false, code: 401 })
  expect(await asked(403)).toMatchObject({ success: false, code: 403 })
  expect(await asked(500)).toMatchObject({ success: false, code: 503, reason: '上游服务出现故障' })
})

test.each([
  ['timeout', 'upstream.timeout'],
  ['circuit', 'circuit.open'],
  ['blocked', 'upstream.blocked'],
  ['tls', 'upstream.unavailable'],
  ['redirect', 'upstream.unavailable'],
  ['aborted', 'upstream.unavailable']
] as const)('%s stands for %s', (kind, key) => {
  expect(new UpstreamError(kind, { host: 'h' }).entry.key).toBe(key)
})
