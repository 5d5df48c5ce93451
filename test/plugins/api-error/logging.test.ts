import { LogController } from 'fastify'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ApiError, Errors } from '../../../src/plugins/api-error/service.ts'
import { build } from './build.ts'

type Line = Readonly<Record<string, unknown>>

/** Requests one path per thrown value, and returns what was logged, the lines about requests left out. */
async function logged(thrown: unknown, path = '/'): Promise<Line[]> {
  const lines: Line[] = []
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Line) }
  await using app = await build({
    server: {
      logger: { level: 'info', stream },
      logController: new LogController({ disableRequestLogging: true })
    },
    routes(routes) {
      routes.post('/x/:id', () => 1)
      routes.post('/', async () => {
        throw thrown
      })
    }
  })
  await app.inject({ method: 'POST', url: `${path}?ticket=secret`, payload: { pin: 'secret' } })
  return lines
}

describe('a failure is one line', () => {
  test('at info below 500, with key, status, request and causes', async () => {
    const cause = Object.assign(new TypeError('deep'), { code: 'E_DEEP' })
    const lines = await logged(new ApiError(Errors['auth.forbidden'], { detail: 'no role', cause }))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      level: 30,
      key: 'auth.forbidden',
      http: 403,
      reqId: 'req-1',
      msg: 'Not permitted',
      causes: [
        { name: 'ApiError', message: 'no role' },
        { name: 'TypeError', message: 'deep', code: 'E_DEEP' }
      ]
    })
    expect(lines[0]).not.toHaveProperty('at')
  })

  test('at error from 500 on, with the place', async () => {
    const lines = await logged(new Error('broken\nsecond line'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ level: 50, key: 'internal', http: 500 })
    expect(lines[0]?.['at']).toEqual(expect.arrayContaining([expect.stringContaining('logging.test.ts')]))
    expect(JSON.stringify(lines[0]?.['at'])).not.toContain('broken')
  })

  test('for paths that lead nowhere, too', async () => {
    const lines = await logged(undefined, '/nowhere')
    expect(lines.map(({ level, key }) => [level, key])).toEqual([[30, 'route.not_found']])
  })

  test('without anything of the request', async () => {
    const lines = [...(await logged({ pin: 'secret' })), ...(await logged(undefined, '/nowhere'))]
    expect(lines).toHaveLength(2)
    expect(JSON.stringify(lines)).not.toContain('secret')
  })

  test.each(['/x/%zz', `/x/${'y'.repeat(200)}`])(
    'without the URL, also when it cannot be read',
    async path => {
      const lines = await logged(undefined, path)
      expect(lines.map(({ http }) => http)).toEqual([path.endsWith('%zz') ? 400 : 414])
      expect(JSON.stringify(lines)).not.toMatch(/secret|zz|yyy/)
    }
  )

  test('without what JSON.parse quotes of its input', async () => {
    let quoting: unknown
    try {
      JSON.parse('{"pin":"secret"')
    } catch (error) {
      quoting = error
    }
    const lines = await logged(new Error('cannot read', { cause: quoting }))
    expect(JSON.stringify(lines)).not.toContain('secret')
    expect(lines[0]).toMatchObject({ causes: [{ message: 'cannot read' }, { message: 'not valid JSON' }] })
  })

  test('even when its causes go in circles or cannot be read', async () => {
    const circular = new Error('a')
    circular.cause = circular
    expect((await logged(circular))[0]?.['causes']).toHaveLength(5)
    const hostile = new Error('b')
    Object.defineProperty(hostile, 'name', {
      get: () => {
        throw new Error('do not touch')
      }
    })
    expect((await logged(hostile))[0]).toMatchObject({ key: 'internal', causes: [{ name: 'unreadable' }] })
  })
})

test('malformed HTTP is one line with the id that the caller was given', async () => {
  const lines: Line[] = []
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Line) }
  await using app = await build({ server: { logger: { level: 'info', stream } } })
  await app.listen({ port: 0, host: '127.0.0.1', listenTextResolver: () => 'listening' })
  const socket = connect(Number(new URL(app.listeningOrigin).port), '127.0.0.1')
  socket.write('secret\r\n\r\n')
  const answer = await text(socket)
  const line = lines.find(({ key }) => key !== undefined)
  expect(line).toMatchObject({
    level: 30,
    key: 'http.400',
    http: 400,
    code: 'HPE_INVALID_METHOD',
    plugin: 'api-error'
  })
  expect(answer).toContain(`X-Request-Id: ${String(line?.['reqId'])}`)
  expect(JSON.stringify(lines)).not.toContain('secret')
})
