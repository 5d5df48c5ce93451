import { describe, expect, test } from 'vitest'
import { redirected, type Hop } from '../../../src/plugins/http-client/redirect.ts'
import { startRig, type Rig } from './rig.ts'

/** Redirects from `/<status>?to=<url>`; anything else is echoed. */
function start(): Promise<Rig> {
  return startRig((seen, response) => {
    const [, status] = /^\/(3\d\d)/.exec(seen.url) ?? []
    const to = /[?]to=(.*)$/.exec(seen.url)?.[1]
    if (status)
      response.writeHead(Number(status), { ...(to && { location: decodeURIComponent(to) }) }).end('moved')
    else response.end(`${seen.method} ${seen.url}`)
  })
}
const to = (url: string): string => `?to=${encodeURIComponent(url)}`

describe('a redirect', () => {
  test.each([
    [301, 'GET', 'GET'],
    [302, 'POST', 'GET'],
    [301, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [302, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'DELETE', 'DELETE']
  ])('%i after %s is followed with %s', async (status, method, next) => {
    await using rig = await start()
    const body = method === 'POST' || method === 'PUT' ? { body: 'a=1' } : {}
    const answer = await rig.http.request({ method, url: rig.at(`/${status}${to('/end?x=1')}`), ...body })
    expect(rig.seen[1]).toMatchObject({ method: next, url: '/end?x=1' })
    expect(rig.seen[1]?.body.toString()).toBe(next === method && 'body' in body ? 'a=1' : '')
    expect(rig.seen[1]?.headers['content-type']).toBe(
      next === method && 'body' in body ? 'application/x-www-form-urlencoded' : undefined
    )
    expect(answer.url).toBe(rig.at('/end?x=1'))
    expect(rig.count('redirects_total')).toBe(1)
  })

  test('is the answer where none is to be followed, or it leads nowhere', async () => {
    await using rig = await start()
    const url = rig.at(`/302${to('/end')}`)
    expect(await rig.http.get(url, { maxRedirects: 0 })).toMatchObject({ status: 302, data: 'moved' })
    expect(await rig.http.get(rig.at('/302'))).toMatchObject({ status: 302 })
    expect(await rig.http.get(rig.at(`/304${to('/end')}`))).toMatchObject({ status: 304 })
  })

  test('is followed five times, and not a sixth', async () => {
    await using rig = await startRig((seen, response) => {
      const left = Number(seen.url.slice(1))
      if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end()
      else response.end('end')
    })
    expect((await rig.http.get(rig.at('/5'))).data).toBe('end')
    expect(await rig.failed(rig.http.get(rig.at('/6')))).toMatchObject({ kind: 'redirect' })
    expect(rig.seen.filter(({ url }) => url === '/6' || url === '/0')).toHaveLength(2)
  })

  test.each(['http://', 'javascript:alert(1)', 'file:///etc/passwd', 'ftp://up.example.edu/'])(
    'to %s is not followed',
    async location => {
      await using rig = await start()
      expect(await rig.failed(rig.http.get(rig.at(`/302${to(location)}`)))).toMatchObject({
        kind: 'redirect'
      })
      expect(rig.seen).toHaveLength(1)
    }
  )

  test('keeps the bytes of an address that is no ASCII', async () => {
    await using rig = await startRig((seen, response) => {
      if (seen.url !== '/start') response.end('end')
      else
        response.socket?.end(
          Buffer.from('HTTP/1.1 302 Found\r\nLocation: /\xc4\xe3?q=\xba\xc3\r\n\r\n', 'latin1')
        )
    })
    await rig.http.get(rig.at('/start'))
    expect(rig.seen[1]?.url).toBe('/%C4%E3?q=%BA%C3')
  })
})

describe('credentials', () => {
  const headers = { authorization: 'Bearer t', 'x-api-key': 'k', cookie: 'own=1', accept: 'text/html' }

  test('stay with their origin', async () => {
    await using rig = await start()
    await rig.http.get(rig.at(`/302${to(rig.at('/end', 'other.example.org'))}`), { headers })
    expect(rig.seen[0]?.headers).toMatchObject(headers)
    expect(rig.seen[1]?.headers).toMatchObject({ accept: 'text/html', 'user-agent': 'paifang' })
    for (const name of ['authorization', 'x-api-key', 'cookie'])
      expect(rig.seen[1]?.headers).not.toHaveProperty(name)
  })

  test('are not got back by a redirect that returns', async () => {
    await using rig = await start()
    const back = rig.at(`/302${to(rig.at('/end'))}`, 'other.example.org')
    await rig.http.get(rig.at(`/302${to(back)}`), { headers })
    expect(rig.seen[2]?.headers).toMatchObject({ host: `up.example.edu:${rig.port}` })
    expect(rig.seen[2]?.headers).not.toHaveProperty('authorization')
  })

  test('go on to the same origin', async () => {
    await using rig = await start()
    await rig.http.get(rig.at(`/302${to('/end')}`), { headers })
    expect(rig.seen[1]?.headers).toMatchObject(headers)
  })

  test('in a body are sent to no other host', async () => {
    await using rig = await start()
    const url = rig.at(`/307${to(rig.at('/end', 'other.example.org'))}`)
    expect(await rig.failed(rig.http.post(url, { password: 'p' }))).toMatchObject({ kind: 'redirect' })
    expect(rig.seen).toHaveLength(1)
  })

  const hop: Hop = {
    method: 'POST',
    url: new URL('http://up.example.edu/login'),
    headers: { authorization: 'Bearer t' },
    body: { content: Buffer.from('p'), type: 'text/plain' }
  }

  test('may follow to TLS on the same host, and not back from there', () => {
    const { url, headers: kept, body } = redirected(hop, 307, 'https://up.example.edu/login')
    expect([url.href, kept, body]).toEqual(['https://up.example.edu/login', hop.headers, hop.body])
    const secure = { ...hop, url: new URL('https://up.example.edu/login') }
    expect(() => redirected(secure, 307, 'http://up.example.edu/login')).toThrow('another host')
    expect(redirected(secure, 302, 'http://up.example.edu/').headers).toEqual({})
    expect(() => redirected(hop, 307, 'https://up.example.edu:8443/login')).toThrow('another host')
  })

  test('in the address that a redirect names are left out', () => {
    expect(redirected(hop, 303, 'http://user:pw@up.example.edu/x#part').url.href).toBe(
      'http://up.example.edu/x'
    )
  })

  test('a stream is sent once', async () => {
    await using rig = await start()
    const body = new Blob(['x']).stream()
    expect(await rig.failed(rig.http.put(rig.at(`/307${to('/end')}`), body))).toMatchObject({
      kind: 'redirect'
    })
  })
})

describe('cookies', () => {
  const withCookies = (): Promise<Rig> =>
    startRig((seen, response) => {
      if (seen.url === '/login')
        response
          .writeHead(302, {
            'set-cookie': ['sid=1; HttpOnly; Path=/', 'step=a; Path=/'],
            location: '/second'
          })
          .end()
      else if (seen.url === '/second')
        response
          .writeHead(302, {
            'set-cookie': 'step=b; Path=/',
            location: `http://other.example.org:${rigPort()}/third`
          })
          .end()
      else if (seen.url === '/third') response.writeHead(200, { 'set-cookie': 'third=1' }).end('done')
      else response.end(seen.headers.cookie ?? 'none')
    }).then(rig => {
      port = rig.port
      return rig
    })
  let port = 0
  const rigPort = (): number => port

  test('that are set on the way are kept, and sent to those who set them', async () => {
    await using rig = await withCookies()
    await rig.http.post(rig.at('/login'), { user: 'u' })
    expect(rig.seen.map(({ headers }) => headers.cookie)).toEqual([undefined, 'sid=1; step=a', undefined])
    expect((await rig.http.get(rig.at('/show'))).data).toBe('sid=1; step=b')
    expect((await rig.http.get(rig.at('/show', 'other.example.org'))).data).toBe('third=1')
    expect((await rig.http.get(rig.at('/show', 'sub.up.example.edu'))).data).toBe('none')
    expect(rig.http.jar.getCookieStringSync(rig.at('/'))).toBe('sid=1; step=b')
  })

  test('come one by one or several at once', async () => {
    await using rig = await startRig((seen, response) => {
      if (seen.url === '/one') response.setHeader('set-cookie', 'a=1; Path=/').end()
      else if (seen.url === '/two') response.setHeader('set-cookie', ['b=2; Path=/', 'c=3']).end()
      else response.end(seen.headers.cookie)
    })
    const { headers } = await rig.http.get(rig.at('/one'))
    expect(headers['set-cookie']).toEqual(['a=1; Path=/'])
    await rig.http.get(rig.at('/two'))
    expect((await rig.http.get(rig.at('/show'))).data).toBe('a=1; b=2; c=3')
  })

  test('of one client are not those of another', async () => {
    await using rig = await withCookies()
    await rig.http.get(rig.at('/login'))
    expect((await rig.open().get(rig.at('/show'))).data).toBe('none')
  })

  test('of the caller are sent beside those of the jar', async () => {
    await using rig = await withCookies()
    await rig.http.jar.setCookie('a=1', rig.at('/'))
    expect((await rig.http.get(rig.at('/show'), { headers: { Cookie: 'own=2' } })).data).toBe('own=2; a=1')
  })

  test.each([
    ['for a whole top-level domain', 'a=1; Domain=edu'],
    ['for another host', 'a=1; Domain=example.org'],
    ['over TLS only', 'a=1; Secure'],
    ['that make no sense', ';;']
  ])('%s are left out', async (_, cookie) => {
    await using rig = await startRig((seen, response) => {
      if (seen.url === '/set')
        response.socket?.write(`HTTP/1.1 200 OK\r\nSet-Cookie: ${cookie}\r\nContent-Length: 0\r\n\r\n`)
      else response.end(seen.headers.cookie ?? 'none')
    })
    await rig.http.get(rig.at('/set'))
    expect((await rig.http.get(rig.at('/show'))).data).toBe('none')
  })
})
