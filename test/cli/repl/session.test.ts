import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { LineError } from '../../../src/cli/repl/line-error.ts'
import { ReplSession } from '../../../src/cli/repl/session.ts'
import type { ReplRequest, Target } from '../../../src/cli/repl/target.ts'
import { fakeClock } from '../../../src/testing/index.ts'

const token = 'ab'.repeat(32)
const json = (value: unknown) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(value))
})

let requests: ReplRequest[]
let printed: string[]
let answer: Target['send']
beforeEach(() => {
  requests = []
  printed = []
  answer = async () => json('fine')
})

const clock = fakeClock()
const open = (address = 'local'): Promise<ReplSession> =>
  ReplSession.open(
    {
      local: async () => ({
        name: 'local',
        send: (request, signal) => {
          requests.push(request)
          return answer(request, signal)
        },
        routes: () => [{ method: 'GET', url: '/card' }]
      }),
      print: text => void printed.push(text),
      colours: false,
      clock,
      timeoutMs: 1_000
    },
    address
  )

describe('a session', () => {
  test('makes requests, and says whether they did', async () => {
    const session = await open()
    expect(await session.run('post /sum a=1')).toBe(true)
    expect(requests[0]).toMatchObject({ method: 'POST', path: '/sum', body: '{"a":"1"}' })
    expect(printed).toEqual(['200 OK  0 ms\n"fine"'])
    answer = async () => json({ success: false, code: 404 })
    expect(await session.run('get /nowhere')).toBe(false)
  })

  test('goes on after a line that makes no sense, and after one that asks for nothing', async () => {
    const session = await open()
    expect(await session.run('gett /x')).toBe(false)
    expect(await session.run('# a note')).toBe(true)
    expect(await session.run('help')).toBe(true)
    expect(printed[0]).toContain("did you mean 'get'?")
    expect(printed[1]).toContain('auth CARD PASSWORD')
    expect([printed.length, requests.length]).toEqual([2, 0])
  })

  test.each([
    ['ws3', { success: true, code: 200, result: token }],
    ['plain and flask', { code: 200, data: token }],
    ['problem', token]
  ])('logs in by the dialect %s, prints no token, and is somebody from then on', async (_, value) => {
    const session = await open()
    answer = async () => json(value)
    expect(await session.run('auth 213170001 hunter2 gp')).toBe(true)
    expect(requests[0]).toMatchObject({
      method: 'POST',
      path: '/auth',
      headers: { 'content-type': 'application/json' }
    })
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      cardnum: '213170001',
      password: 'hunter2',
      gpassword: 'gp',
      platform: 'repl'
    })
    expect(session.prompt).toBe('paifang 213170001> ')
    answer = async () => json('fine')
    await session.run('auth')
    await session.run('/card')
    expect(requests[1]?.headers).toEqual({ token })
    expect(printed.join('\n')).not.toMatch(/hunter2|abab/)
  })

  test('stays who it was when a login fails, and shows its token in case the password has changed', async () => {
    const session = await open()
    await session.run(`auth ${token}`)
    answer = async () => json({ success: false, code: 401, reason: 'no' })
    expect(await session.run('auth 213170001 wrong')).toBe(false)
    expect(requests[0]?.headers).toMatchObject({ token })
    answer = async () => json({ result: 'no token' })
    expect(await session.run('auth 213170001 wrong')).toBe(false)
    expect(printed.at(-1)).toBe('There is no token in this answer.')
    await session.run('auth')
    expect(printed.at(-1)).toBe('You have a token.')
  })

  test('logs out, and is a guest even when the session had ended', async () => {
    const session = await open()
    expect(await session.run('logout')).toBe(false)
    await session.run(`auth ${token}`)
    answer = async () => json({ success: false, code: 401 })
    expect(await session.run('logout')).toBe(false)
    expect(requests[0]).toMatchObject({ method: 'DELETE', path: '/auth', headers: { token } })
    await session.run('auth')
    expect(printed.at(-1)).toBe('You are a guest.')
  })

  test('gives up on a request that takes too long, or that somebody interrupts', async () => {
    const session = await open()
    expect(session.abort()).toBe(false)
    answer = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      })
    const slow = session.run('/slow')
    await clock.advance(1_000)
    expect([await slow, printed.at(-1)]).toEqual([false, 'no answer within 1000 ms'])
    const interrupted = session.run('/slow')
    expect(session.abort()).toBe(true)
    expect([await interrupted, printed.at(-1)]).toEqual([false, 'given up'])
  })
})

describe('another gateway', () => {
  const serve = async (): Promise<{ url: string; seen: string[] }> => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', chunk => (body += String(chunk)))
      request.on('end', () => {
        const { method, url, headers } = request
        seen.push([method, url, headers['token'] ?? '-', body].join(' '))
        if (url === '/there') response.writeHead(302, { location: 'http://127.0.0.1:1/' })
        if (url === '/huge') response.write(Buffer.alloc(6_000_000))
        response.end('hello')
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
  }

  test('gets requests by HTTP, below its path, but no token of the one in here', async () => {
    const { url, seen } = await serve()
    const session = await open()
    await session.run(`auth ${token}`)
    expect(await session.run(`server ${url}/portal/`)).toBe(true)
    expect(printed.at(-1)).toBe(`Requests go to ${url.slice(7)}/portal. You are a guest.`)
    expect(await session.run('post /sum a=1')).toBe(true)
    expect(seen).toEqual(['POST /portal/sum - {"a":"1"}'])
    expect(session.complete('get /')).toEqual([])
    await session.run('server local')
    expect(printed.at(-1)).toBe('Requests go to local. You have a token.')
    expect(session.complete('get /')).toEqual(['/card'])
  })

  test('may be where a session begins', async () => {
    const { url, seen } = await serve()
    const session = await open(url)
    expect([await session.run('/x'), seen, session.prompt]).toEqual([
      true,
      ['GET /x - '],
      `${url.slice(7)}> `
    ])
  })

  test('redirects nobody, sends no more than is wanted, and may be away', async () => {
    const { url, seen } = await serve()
    const session = await open(url)
    expect(await session.run('/there')).toBe(true)
    expect(printed.at(-1)).toContain('302 Found')
    expect(printed.at(-1)).toContain('http://127.0.0.1:1/')
    expect(await session.run('/huge')).toBe(false)
    expect(printed.at(-1)).toContain('the answer has more than 5242880 bytes')
    expect(seen).toEqual(['GET /there - ', 'GET /huge - '])
    const away = await open('http://127.0.0.1:1')
    expect(await away.run('/x')).toBe(false)
    expect(printed.at(-1)).toMatch(/^no answer: /)
  })

  test.each(['portal', 'ftp://portal.example.edu', 'http://ann:hunter2@portal.example.edu'])(
    'is no %s',
    async address => {
      await expect(open(address)).rejects.toThrow(LineError)
      const session = await open()
      expect(await session.run(`server ${address}`)).toBe(false)
      expect([session.prompt, printed.join('')]).toEqual([
        'paifang> ',
        expect.not.stringContaining('hunter2')
      ])
    }
  )
})
