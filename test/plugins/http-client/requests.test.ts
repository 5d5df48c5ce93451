import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { HttpBody } from '../../../src/plugins/http-client/service.ts'
import { startRig, type Rig } from './rig.ts'

const echo = (): Promise<Rig> => startRig((seen, response) => response.end(`${seen.method} ${seen.url}`))

describe('what is sent', () => {
  test.each<[string, HttpBody, string, string | undefined]>([
    ['an object is a form', { a: { b: 'x' } }, 'a%5Bb%5D=x', 'application/x-www-form-urlencoded'],
    ['a text is as it is', 'a=%C4%E3', 'a=%C4%E3', 'application/x-www-form-urlencoded'],
    [
      'URLSearchParams are a form',
      new URLSearchParams({ a: 'b' }),
      'a=b',
      'application/x-www-form-urlencoded'
    ],
    ['a Buffer is untouched', Buffer.from([0, 255]), '\0ÿ', undefined],
    ['an ArrayBuffer is untouched', Uint8Array.of(1, 2).buffer, '\u0001\u0002', undefined],
    ['a view is only what it shows', Uint8Array.of(1, 2, 3).subarray(1, 2), '\u0002', undefined],
    ['a Blob has its type', new Blob(['x'], { type: 'text/csv' }), 'x', 'text/csv'],
    ['a stream is untouched', Readable.from([Buffer.from('ab'), Buffer.from('c')]), 'abc', undefined],
    ['a web stream is untouched', new Blob(['abc']).stream(), 'abc', undefined],
    ['nothing is nothing', null, '', undefined]
  ])('%s', async (_, body, bytes, type) => {
    await using rig = await echo()
    await rig.http.post(rig.at('/'), body)
    const [seen] = rig.seen
    expect([seen?.body.toString('latin1'), seen?.headers['content-type']]).toEqual([bytes, type])
  })

  test('FormData has parts and a boundary', async () => {
    await using rig = await echo()
    const form = new FormData()
    form.append('field', 'value')
    form.append('file', new Blob([Buffer.from([1, 2, 3])]), 'f.bin')
    await rig.http.put(rig.at('/'), form)
    const [seen] = rig.seen
    const type = seen?.headers['content-type'] ?? ''
    const read = await new Response(seen?.body, { headers: { 'content-type': type } }).formData()
    expect(read.get('field')).toBe('value')
    expect(new Uint8Array(await (read.get('file') as File).arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3))
    expect(seen?.headers['content-length']).toBe(String(seen?.body.length))
  })

  test('json is JSON, and the caller’s Content-Type counts more', async () => {
    await using rig = await echo()
    await rig.http.post(rig.at('/'), undefined, { json: { a: [1] } })
    await rig.http.post(rig.at('/'), { a: 1 }, { headers: { 'Content-Type': 'application/x-own' } })
    expect(rig.seen.map(({ headers, body }) => [headers['content-type'], body.toString()])).toEqual([
      ['application/json', '{"a":[1]}'],
      ['application/x-own', 'a=1']
    ])
  })

  test('the verbs are what they are called, and others can be asked for', async () => {
    await using rig = await echo()
    await rig.http.get(rig.at('/a'))
    await rig.http.post(rig.at('/b'))
    await rig.http.put(rig.at('/c'))
    await rig.http.delete(rig.at('/d'))
    await rig.http.request({ method: 'patch', url: rig.at('/e'), body: 'x' })
    const head = await rig.http.request({ method: 'HEAD', url: new URL(rig.at('/f')) })
    expect(rig.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /a',
      'POST /b',
      'PUT /c',
      'DELETE /d',
      'PATCH /e',
      'HEAD /f'
    ])
    expect(head).toMatchObject({ status: 200, data: '', url: rig.at('/f') })
  })

  test('a query is added to what is there, which stays as it is written', async () => {
    await using rig = await echo()
    await rig.http.get(`${rig.at('/p?k=%C4%E3')}#part`, { query: { a: 1, b: { c: ' ' } } })
    await rig.http.get(rig.at('/p'), { query: { a: undefined } })
    expect(rig.seen.map(({ url }) => url)).toEqual(['/p?k=%C4%E3&a=1&b%5Bc%5D=+', '/p'])
  })

  test('an upstream is told who asks, unless the caller says otherwise', async () => {
    await using rig = await echo()
    await rig.http.get(rig.at('/'))
    await rig.http.get(rig.at('/'), {
      headers: { 'User-Agent': 'own', accept: 'text/html', 'x-none': undefined }
    })
    expect(rig.seen.map(({ headers }) => [headers['user-agent'], headers.accept])).toEqual([
      ['paifang', '*/*'],
      ['own', 'text/html']
    ])
    expect(rig.seen[1]?.headers).not.toHaveProperty('x-none')
  })
})

describe('what can be no request is a TypeError, and nothing is sent', () => {
  test.each<[string, object]>([
    ['another scheme', { url: 'ftp://up.example.edu/' }],
    ['a file', { url: 'file:///etc/passwd' }],
    ['no address', { url: '/relative' }],
    ['a password in the URL', { url: 'http://user:pw@up.example.edu/' }],
    ['CONNECT', { method: 'CONNECT' }],
    ['a method that is two words', { method: 'GET /' }],
    ['another Host', { headers: { Host: 'other' } }],
    ['a length of its own', { headers: { 'content-length': '3' } }],
    ['a header with other characters', { headers: { 'x-a': '中' } }],
    ['a header without a name', { headers: { '': 'a' } }],
    ['a header with a line end', { headers: { 'x-a': 'b\r\nx-c: d' } }],
    ['a form that holds a function', { method: 'POST', body: { f: () => 1 } }],
    ['JSON that is none', { method: 'POST', json: () => 1 }]
  ])('%s', async (_, request) => {
    await using rig = await echo()
    await expect(rig.http.request({ url: rig.at('/'), ...request })).rejects.toBeInstanceOf(TypeError)
    expect(rig.seen).toEqual([])
    expect(rig.client.status()).toMatchObject({ inFlight: 0 })
  })
})

describe('what comes', () => {
  test('has its status, its headers and its data', async () => {
    await using rig = await startRig((_, response) => {
      response.writeHead(201, { 'x-own': '1', 'content-type': 'application/json' }).end('{"a":1}')
    })
    const answer = await rig.http.post(rig.at('/new'))
    expect(answer).toMatchObject({
      status: 201,
      headers: { 'x-own': '1' },
      data: { a: 1 },
      url: rig.at('/new')
    })
  })

  test('may be empty', async () => {
    await using rig = await startRig((_, response) => response.writeHead(204).end())
    expect((await rig.http.get(rig.at('/'))).data).toBe('')
    expect((await rig.http.get(rig.at('/'), { as: 'buffer' })).data).toEqual(Buffer.alloc(0))
  })

  test('is counted', async () => {
    await using rig = await startRig((_, response) => response.end('12345'))
    await rig.http.get(rig.at('/'))
    await rig.http.get(rig.at('/'))
    expect([
      rig.count('requests_total'),
      rig.client.status().answers['2xx'],
      rig.count('received_bytes_total')
    ]).toEqual([2, 2, 10])
    expect(rig.client.status().upstreams).toEqual([
      { host: `up.example.edu:${rig.port}`, breaker: 'closed', requests: 2, failures: 0 }
    ])
  })

  test('is a line in the log with host and status, and nothing of the request', async () => {
    await using rig = await startRig((_, response) => {
      response.setHeader('set-cookie', 'sid=cookie-secret').end('body-secret')
    })
    await rig.http.post(`${rig.at('/path-secret')}?q=query-secret`, 'form-secret', {
      headers: { authorization: 'header-secret' }
    })
    await rig.http.get(rig.at('/'))
    const lines = rig.log.map(line => JSON.parse(line) as object)
    expect(lines[0]).toMatchObject({ host: `up.example.edu:${rig.port}`, method: 'POST', status: 200 })
    expect(rig.log.join('')).not.toContain('secret')
  })
})
