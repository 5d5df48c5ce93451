import { request as httpRequest } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import type { Gateway } from '../clients/gateway.ts'
import { md5, noise, partBytes, startUploads, uploader, type Upload, type Uploader } from './rig.ts'

let gateway: Gateway
let ann: Uploader
beforeAll(async () => {
  gateway = await startUploads()
  ann = await uploader(gateway)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const firstOf = ({ sign }: Upload): string => sign.parts[0]?.url ?? ''
async function told(response: Response): Promise<[status: number, code: string]> {
  const { code } = (await response.json()) as { readonly code: string }
  return [response.status, code]
}

describe('a part', () => {
  test.each(['image/png', 'application/json', 'text/plain', 'multipart/form-data; boundary=x'])(
    'is kept as it is, whatever type it has: %s',
    async type => {
      const content = noise(100)
      const upload = await ann.begin(content)
      const response = await ann.put(firstOf(upload), content, { 'content-type': type })
      expect([response.status, response.headers.get('etag')]).toEqual([204, `"${md5(content)}"`])
      expect(await ann.complete(upload, content)).toMatchObject({ errCode: 0 })
    }
  )

  test('may be sent without a type, and in chunks', async () => {
    const content = noise(1_000)
    const upload = await ann.begin(content)
    const sending = httpRequest(firstOf(upload), { method: 'PUT' })
    sending.write(content.subarray(0, 500))
    sending.end(content.subarray(500))
    const [{ statusCode }] = (await once(sending, 'response')) as [{ statusCode: number }]
    expect(statusCode).toBe(204)
    expect(await ann.complete(upload, content)).toMatchObject({ errCode: 0 })
  })

  test('may come again, and in place of another', async () => {
    const content = noise(100)
    const upload = await ann.begin(content)
    const statuses = []
    for (const each of [noise(100), content, content])
      statuses.push((await ann.put(firstOf(upload), each)).status)
    expect(statuses).toEqual([204, 204, 204])
    expect(await ann.complete(upload, content)).toMatchObject({ errCode: 0 })
  })

  test('of another length is refused, before it is read where it says so', async () => {
    const upload = await ann.begin(noise(100))
    for (const bytes of [0, 99, 101, partBytes + 1])
      expect(await told(await ann.put(firstOf(upload), noise(bytes)))).toEqual([400, 'im.part_size'])
    const chunked = (bytes: number): Promise<Response> =>
      fetch(firstOf(upload), {
        method: 'PUT',
        body: new Blob([noise(bytes)]).stream(),
        duplex: 'half'
      } as RequestInit)
    expect(await told(await chunked(99))).toEqual([400, 'im.part_size'])
    expect((await chunked(partBytes + 1)).status).toBe(413)
    expect(await ann.complete(upload, noise(100))).toMatchObject({ errCode: 1701 })
  })

  test('that comes after its upload is complete is refused', async () => {
    const content = noise(100)
    const upload = await ann.begin(content)
    await ann.send(upload, content)
    await ann.complete(upload, content)
    expect(await told(await ann.put(firstOf(upload), noise(100)))).toEqual([404, 'im.upload_not_found'])
  })
})

describe('an address that was not signed here', () => {
  const changes: readonly (readonly [what: string, change: (url: string, other: string) => string])[] = [
    ['without a signature', url => url.replace(/&signature=.*/, '')],
    ['without a query', url => url.replace(/\?.*/, '')],
    [
      'with another signature',
      url => url.replace(/signature=./, one => `signature=${one.endsWith('A') ? 'B' : 'A'}`)
    ],
    ['of another part', url => url.replace(/\/1\?/, '/2?')],
    ['of another length', url => url.replace(/bytes=\d+/, 'bytes=101')],
    ['that lasts longer', url => url.replace(/expires=\d+/, 'expires=99999999999999')],
    ['of another owner', url => url.replace(/owner=./, one => `owner=${one.endsWith('A') ? 'B' : 'A'}`)],
    ['of another upload', (url, other) => url.replace(/parts\/[^/]+/, /parts\/[^/]+/.exec(other)?.[0] ?? '')],
    ['with something more', url => `${url}&x=1`],
    ['with something before', url => url.replace('?', '?x=1&')]
  ]
  test.each(changes)('is refused: %s', async (_, change) => {
    const [upload, other] = [await ann.begin(noise(100)), await ann.begin(noise(100))]
    const url = change(firstOf(upload), firstOf(other))
    expect(url).not.toBe(firstOf(upload))
    expect(await told(await ann.put(url, noise(100)))).toEqual([403, 'im.part_address'])
  })

  test('is refused: one of another gateway', async () => {
    await using other = await startUploads()
    const bob = await uploader(other, 'bob')
    const url = new URL(firstOf(await bob.begin(noise(100))))
    const foreign = `${gateway.http}${url.pathname}${url.search}`
    expect(await told(await ann.put(foreign, noise(100)))).toEqual([403, 'im.part_address'])
  })
})

test('an address expires with its upload', async () => {
  const clock = fakeClock(Date.now())
  await using other = await startUploads({ ttlS: 60 }, { clock })
  const bob = await uploader(other, 'bob')
  const content = noise(partBytes + 1)
  const upload = await bob.begin(content)
  await bob.put(firstOf(upload), content.subarray(0, partBytes))
  await clock.advance(60_000)
  const [, second] = upload.sign.parts
  expect(await told(await bob.put(second?.url ?? '', content.subarray(partBytes)))).toEqual([
    403,
    'im.part_address'
  ])
  expect(await bob.complete(upload, content)).toMatchObject({ errCode: 1004 })
})

test('a user may send so many parts a minute', async () => {
  const clock = fakeClock(Date.now())
  await using other = await startUploads({ partsPerMinutePerUser: 2 }, { clock })
  const bob = await uploader(other, 'bob')
  const content = noise(10)
  const upload = await bob.begin(content)
  const statuses = []
  for (let time = 0; time < 3; time++) statuses.push((await bob.put(firstOf(upload), content)).status)
  expect(statuses).toEqual([204, 204, 429])
})

test('parts take turns, and one whose sender goes away does not keep the others waiting', async () => {
  await using other = await startUploads({ maxPartsAtOnce: 1 })
  const bob = await uploader(other, 'bob')
  const content = noise(3 * partBytes)
  const upload = await bob.begin(content)
  const stuck = httpRequest(firstOf(upload), {
    method: 'PUT',
    headers: { 'content-length': partBytes, 'content-type': 'image/png' }
  })
  stuck.on('error', () => undefined)
  await new Promise(resolve => stuck.write(content.subarray(0, 10), resolve))
  const waiting = bob.send(upload, content)
  const gone = httpRequest(firstOf(upload), { method: 'PUT', headers: { 'content-length': partBytes } })
  gone.on('error', () => undefined)
  await new Promise(resolve => gone.write(content.subarray(0, 10), resolve))
  gone.destroy()
  stuck.destroy()
  await waiting
  expect(await bob.complete(upload, content)).toMatchObject({ errCode: 0 })
})
