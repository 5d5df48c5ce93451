import { get, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Gateway } from '../clients/gateway.ts'
import { noise, partBytes, startUploads, uploader, type Uploader } from './rig.ts'

const content = noise(partBytes + 70_001)
let gateway: Gateway
let ann: Uploader
let url: string
beforeAll(async () => {
  gateway = await startUploads()
  ann = await uploader(gateway)
  url = await ann.upload(content)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer())
const asked = (headers: Record<string, string>, method = 'GET'): Promise<Response> =>
  fetch(url, { method, headers })

describe('a file', () => {
  test('says what it is, that it never changes, and that nothing in it may run', async () => {
    const response = await asked({})
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(content.length),
      'content-disposition': `inline; filename="a.png"; filename*=UTF-8''a.png`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[A-Za-z0-9_-]{32}"$/) as string
    })
    expect((await bytesOf(response)).equals(content)).toBe(true)
  })

  test('has the same headers for HEAD, and no body', async () => {
    const [head, whole] = [await asked({}, 'HEAD'), await asked({})]
    const own = ({ headers }: Response): object => {
      const ofConnection = new Set(['date', 'connection', 'keep-alive', 'x-request-id'])
      return Object.fromEntries([...headers].filter(([name]) => !ofConnection.has(name)))
    }
    expect([head.status, own(head)]).toEqual([200, own(whole)])
    expect((await bytesOf(head)).length).toBe(0)
    await whole.body?.cancel()
  })

  test.each([
    ['text/html', 'x.html'],
    ['image/svg+xml', 'x.svg'],
    ['image/svg', 'x.svg'],
    ['application/xhtml+xml', 'x.xhtml'],
    ['text/javascript', 'x.js'],
    ['text/css', 'x.css'],
    ['application/pdf', 'x.pdf'],
    ['', 'x']
  ])('of the type %j is saved, and no browser takes it for anything', async (type, name) => {
    const response = await fetch(await ann.upload(noise(20), name, type))
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; /)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test.each(['audio/mpeg', 'video/mp4', 'image/webp', 'image/jpeg', 'IMAGE/GIF'])(
    'of the type %s is shown',
    async type => {
      const response = await fetch(await ann.upload(noise(20), 'x', type))
      expect(response.headers.get('content-type')).toBe(type.toLowerCase())
      expect(response.headers.get('content-disposition')).toMatch(/^inline; /)
    }
  )

  test.each([
    [
      '照片 "1"\'s (2)*.png',
      `filename="__ _1__s (2)_.png"; filename*=UTF-8''%E7%85%A7%E7%89%87%20%221%22%27s%20%282%29%2A.png`
    ],
    ['a;b=c%20.png', `filename="a_b_c_20.png"; filename*=UTF-8''a%3Bb%3Dc%2520.png`]
  ])('has its name, whatever is in it: %s', async (name, disposition) => {
    const response = await fetch(await ann.upload(noise(20), name))
    expect(response.headers.get('content-disposition')).toBe(`inline; ${disposition}`)
  })

  test('has a long name, of which its address has the end', async () => {
    const name = `${'很'.repeat(120)}${'🙂'.repeat(60)}.png`
    const address = await ann.upload(noise(20), name)
    expect(decodeURIComponent(address.replace(/.*\//, ''))).toBe(`${'🙂'.repeat(46)}.png`)
    const response = await fetch(address)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-disposition')).toContain(encodeURIComponent(name))
  })

  test('is there with whatever query clients put behind its address', async () => {
    expect((await fetch(`${url}?type=image&width=4&height=3`)).status).toBe(200)
  })

  test('that is empty has nothing', async () => {
    const empty = await ann.upload(Buffer.alloc(0))
    const response = await fetch(empty)
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '0'])
    expect((await bytesOf(response)).length).toBe(0)
    expect((await fetch(empty, { headers: { range: 'bytes=0-' } })).status).toBe(416)
  })

  test.each(['x'.repeat(32), 'short', '%00'])('that is not there is not found: %s', async id => {
    const { status } = await fetch(`${gateway.http}/object/${id}/a.png`)
    expect([400, 404]).toContain(status)
  })

  test('is not read again by who has it', async () => {
    const etag = (await asked({}, 'HEAD')).headers.get('etag') ?? ''
    for (const given of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const response = await asked({ 'if-none-match': given })
      expect([response.status, response.headers.get('etag')]).toEqual([304, etag])
      expect((await bytesOf(response)).length).toBe(0)
    }
    expect((await asked({ 'if-none-match': '"x"' }, 'HEAD')).status).toBe(200)
  })
})

describe('a range', () => {
  const size = content.length
  test.each([
    ['bytes=0-0', 0, 0],
    ['bytes=0-', 0, size - 1],
    ['bytes=65535-65536', 65_535, 65_536],
    ['bytes=65536-131071', 65_536, 131_071],
    [`bytes=${partBytes - 1}-${partBytes}`, partBytes - 1, partBytes],
    [`bytes=${size - 1}-`, size - 1, size - 1],
    ['bytes=-1', size - 1, size - 1],
    ['bytes=-70000', size - 70_000, size - 1],
    ['bytes=-999999999', 0, size - 1],
    ['bytes=5-999999999', 5, size - 1]
  ])('%s is those bytes', async (range, first, last) => {
    const response = await asked({ range })
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(`bytes ${first}-${last}/${size}`)
    expect(response.headers.get('content-length')).toBe(String(last - first + 1))
    expect((await bytesOf(response)).equals(content.subarray(first, last + 1))).toBe(true)
  })

  test.each([`bytes=${size}-`, `bytes=${size}-${size + 5}`, 'bytes=-0'])('%s is not there', async range => {
    const response = await asked({ range })
    expect([response.status, response.headers.get('content-range')]).toEqual([416, `bytes */${size}`])
    expect(response.headers.get('etag')).toBe(null)
  })

  test.each(['bytes=0-1,5-6', 'bytes=5-4', 'bytes=-', 'lines=0-1', 'bytes=a-b', 'bytes=0-1x', 'bytes=1e3-'])(
    '%s is none, and all of it comes',
    async range => {
      const response = await asked({ range })
      expect([response.status, (await bytesOf(response)).length]).toEqual([200, size])
    }
  )

  test('counts only of the file that the reader has a part of', async () => {
    const etag = (await asked({}, 'HEAD')).headers.get('etag') ?? ''
    expect((await asked({ range: 'bytes=0-0', 'if-range': etag })).status).toBe(206)
    for (const other of ['"x"', `W/${etag}`, 'Thu, 01 Jan 2026 00:00:00 GMT'])
      expect((await asked({ range: 'bytes=0-0', 'if-range': other })).status).toBe(200)
  })

  test('means nothing to HEAD', async () => {
    expect((await asked({ range: 'bytes=0-0' }, 'HEAD')).status).toBe(200)
  })
})

test('so many downloads are at the same time, and there is room again when one has gone', async () => {
  await using other = await startUploads({ maxDownloads: 1, maxBytes: 64_000_000 })
  const bob = await uploader(other, 'bob')
  // More than sockets take without a reader.
  const address = await bob.upload(noise(24_000_000))
  const slow = get(address)
  const [answer] = (await once(slow, 'response')) as [IncomingMessage]
  const refused = await fetch(address)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2'])
  const sent = other.im.status().uploads?.counters['sent_bytes_total']
  expect(sent).toBeLessThan(20_000_000)
  expect((await fetch(address, { method: 'HEAD' })).status).toBe(200)
  answer.destroy()
  await expect.poll(async () => (await fetch(address, { headers: { range: 'bytes=0-9' } })).status).toBe(206)
  expect(other.im.status().uploads?.refused).toMatchObject({
    'im.downloads_busy': expect.any(Number) as number
  })
})
