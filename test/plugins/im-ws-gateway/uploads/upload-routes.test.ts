import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeClock } from '../../../../src/testing/index.ts'
import { temporaryFolder, type Gateway } from '../clients/gateway.ts'
import { chunks, md5, noise, partBytes, startUploads, uploader, type Upload, type Uploader } from './rig.ts'

let gateway: Gateway
let ann: Uploader
beforeAll(async () => {
  gateway = await startUploads({ requestsPerMinutePerUser: 10_000, requestsPerMinutePerAddress: 10_000 })
  ann = await uploader(gateway)
})
afterAll(() => gateway[Symbol.asyncDispose]())

const ok = { errCode: 0, errMsg: '', errDlt: '' }
const hash = md5('')

describe('what clients ask first', () => {
  test('is how long parts are, and how long a file may be', async () => {
    expect(await ann.post('part_size', { size: 5 })).toEqual({ ...ok, data: { size: partBytes } })
    expect(await ann.post('part_size', { size: 0 })).toEqual({ ...ok, data: { size: partBytes } })
    expect(await ann.post('part_size', { size: 20_971_521 })).toEqual({
      errCode: 1001,
      errMsg: 'A file has at most 20971520 bytes',
      errDlt: ''
    })
  })

  test.each([
    ['no JSON', '{', /^Invalid request|^Bad/],
    ['a prototype', '{"__proto__": {}, "size": 1}', /./],
    ['no object', '[]', /^Invalid request/],
    ['no size', '{}', /^Invalid request: size/],
    ['a text', '{"size": "1"}', /^Invalid request: size/],
    ['a fraction', '{"size": 1.5}', /^Invalid request: size/],
    ['less than nothing', '{"size": -1}', /^Invalid request: size/],
    ['more than a number can be', '{"size": 1e300}', /^Invalid request: size/]
  ])('is refused when it is %s', async (_, body, message) => {
    expect(await ann.post('part_size', body)).toMatchObject({
      errCode: 1001,
      errMsg: expect.stringMatching(message) as string
    })
  })

  test('may have any type that a string is sent with, and no other', async () => {
    const json = { 'content-type': 'application/json' }
    expect(await ann.post('part_size', { size: 5 }, json)).toMatchObject(ok)
    expect(await ann.post('part_size', 'size=5', { 'content-type': 'text/xml' })).toMatchObject({
      errCode: 415
    })
  })

  test('is refused when it is longer than such a question is', async () => {
    const body = { size: 5, more: 'x'.repeat(10_000) }
    expect(await ann.post('part_size', body)).toMatchObject({ errCode: 413 })
  })
})

describe('a token', () => {
  test.each([
    ['none', '', 1001],
    ['what is none', 'nothing', 1503],
    ['one with a false signature', 'eyJhbGciOiJIUzI1NiJ9.eyJVc2VySUQiOiJhbm4ifQ.c2lnbmF0dXJl', 1502]
  ])('that is %s is refused on all routes', async (_, token, errCode) => {
    for (const route of ['part_size', 'initiate_multipart_upload', 'complete_multipart_upload'])
      expect(await ann.post(route, {}, { token })).toEqual({
        errCode,
        errMsg: expect.stringMatching(/./) as string,
        errDlt: ''
      })
  })

  test('that has expired, or was revoked, is refused', async () => {
    const clock = fakeClock(Date.now())
    await using other = await startUploads({}, { clock, config: { tokenTtlS: 60 } })
    const bob = await uploader(other, 'bob')
    const content = noise(10)
    const upload = await bob.begin(content)
    await bob.send(upload, content)
    await other.im.forceLogout('bob')
    expect(await bob.complete(upload, content)).toMatchObject({ errCode: 1506 })
    await clock.advance(10)
    const again = await uploader(other, 'bob')
    expect(await again.complete(upload, content)).toMatchObject({ errCode: 0 })
    await clock.advance(61_000)
    expect(await again.post('part_size', { size: 1 })).toMatchObject({ errCode: 1501 })
  })

  test('is of one user, whose files alone it is good for', async () => {
    const eve = await uploader(gateway, 'eve')
    expect(await eve.announce(noise(5), { name: 'ann/a.png' })).toMatchObject({ errCode: 1002 })
    const content = noise(5)
    const upload = await ann.begin(content)
    await ann.send(upload, content)
    expect(await eve.complete(upload, content, { name: 'eve/a.png' })).toMatchObject({ errCode: 1004 })
    expect(await ann.complete(upload, content)).toMatchObject({ errCode: 0 })
  })
})

describe('an announcement', () => {
  test('is answered with an address for each part, of the length that it has', async () => {
    const { data } = await ann.announce(noise(2 * partBytes + 1))
    const { upload, url } = data as { url: string; upload: Upload }
    expect(url).toBe('')
    expect(upload).toMatchObject({ partSize: partBytes, sign: { url: '', query: [], header: [] } })
    const lengths = upload.sign.parts.map(({ partNumber, url: address, query, header }) => {
      expect([query, header]).toEqual([[], []])
      const { origin, pathname, searchParams } = new URL(address)
      expect(`${origin}${pathname}`).toBe(`${gateway.http}/object/parts/${upload.uploadID}/${partNumber}`)
      return Number(searchParams.get('bytes'))
    })
    expect(lengths).toEqual([partBytes, partBytes, 1])
  })

  test.each([
    ['hash', { hash: 'x' }],
    ['hash', { hash: hash.toUpperCase() }],
    ['size', { size: -1 }],
    ['partSize', { partSize: 0 }],
    ['name', { name: 5 }],
    ['name', { name: 'ann/' }],
    ['name', { name: 'ann/..' }],
    ['name', { name: 'ann/../bob' }],
    ['name', { name: String.raw`ann/a\b` }],
    ['name', { name: 'ann/a\nb' }],
    ['name', { name: 'ann/a\0' }],
    ['name', { name: 'ann/\ud800' }],
    ['name', { name: 'ann/gnp.\u202eexe' }],
    ['name', { name: `ann/${'x'.repeat(256)}` }],
    ['name', { name: `ann/${'x'.repeat(600)}` }],
    ['contentType', { contentType: 'png' }],
    ['contentType', { contentType: 'image/png; charset=x' }],
    ['contentType', { contentType: 'image/png\r\nx: y' }]
  ])('names %s where that is wrong: %j', async (field, changes) => {
    const { errCode, errMsg } = await ann.announce(noise(5), changes)
    expect([errCode, errMsg]).toEqual([1001, expect.stringMatching(`^Invalid request: ${field}`)])
  })

  test('wants the length of parts that was answered', async () => {
    expect(await ann.announce(noise(5), { partSize: 1_024 })).toMatchObject({
      errCode: 1001,
      errDlt: `partSize is ${partBytes}`
    })
  })

  test('of too large a file is refused', async () => {
    expect(await ann.announce(noise(5), { size: 20_971_521 })).toMatchObject({ errCode: 1001 })
  })

  test('made again goes on with what has arrived', async () => {
    const content = noise(partBytes + 7)
    const first = await ann.begin(content)
    const [one, two] = [first.sign.parts[0], first.sign.parts[1]]
    if (!one || !two) throw new Error('there are two parts')
    await ann.put(one.url, content.subarray(0, partBytes))
    const second = await ann.begin(content)
    expect(second.uploadID).toBe(first.uploadID)
    await ann.put(second.sign.parts[1]?.url ?? '', content.subarray(partBytes))
    expect(await ann.complete(second, content)).toMatchObject({ errCode: 0 })
  })
})

describe('a completion', () => {
  test('of what is complete answers the same address', async () => {
    const content = noise(partBytes + 7)
    const upload = await ann.begin(content)
    await ann.send(upload, content)
    const answers = await Promise.all(Array.from({ length: 5 }, () => ann.complete(upload, content)))
    expect(new Set(answers.map(({ data }) => data['url'])).size).toBe(1)
    expect(await ann.complete(upload, content)).toEqual(answers[0])
  })

  test('says which parts have not arrived', async () => {
    const content = noise(2 * partBytes + 1)
    const upload = await ann.begin(content)
    await ann.put(upload.sign.parts[1]?.url ?? '', content.subarray(partBytes, 2 * partBytes))
    expect(await ann.complete(upload, content)).toEqual({
      errCode: 1701,
      errMsg: 'Parts of the file have not arrived',
      errDlt: 'missing: 1, 3'
    })
    await ann.send(upload, content)
    expect(await ann.complete(upload, content)).toMatchObject(ok)
  })

  test('says which parts are others than those that were announced, until they are the right ones', async () => {
    const content = noise(partBytes + 1)
    const upload = await ann.begin(content)
    const wrong = Buffer.from(content)
    wrong[partBytes] = 255 - (wrong[partBytes] ?? 0)
    await ann.send(upload, wrong)
    expect(await ann.complete(upload, content)).toEqual({
      errCode: 1701,
      errMsg: 'What arrived is not the file that was announced',
      errDlt: 'other parts arrived: 2'
    })
    await ann.send(upload, content)
    expect(await ann.complete(upload, content)).toMatchObject(ok)
  })

  test.each([
    ['hashes that are those of another file', { parts: [md5('another')] }],
    ['fewer hashes', { parts: [] }]
  ])('with %s is refused', async (_, changes) => {
    const content = noise(9)
    const upload = await ann.begin(content)
    await ann.send(upload, content)
    expect(await ann.complete(upload, content, changes)).toMatchObject({ errCode: 1701 })
    expect(await ann.complete(upload, content)).toMatchObject(ok)
  })

  test.each([
    ['uploadID', { uploadID: 'x' }],
    ['parts', { parts: ['x'] }],
    ['parts', { parts: Array.from({ length: 100 }, () => hash) }],
    ['name', { name: 'ann/a/b' }]
  ])('names %s where that is wrong', async (field, changes) => {
    const { errCode, errMsg } = await ann.complete({ uploadID: 'x'.repeat(32) } as never, noise(1), changes)
    expect([errCode, errMsg]).toEqual([1001, expect.stringMatching(`^Invalid request: ${field}`)])
  })

  test('of an upload that nobody has begun is refused', async () => {
    expect(await ann.complete({ uploadID: 'x'.repeat(32) } as never, noise(1))).toMatchObject({
      errCode: 1004
    })
  })
})

test('all users together store as much as the setting says, and have the room of what is gone', async () => {
  const clock = fakeClock(Date.now())
  await using full = await startUploads({ maxBytesInAll: 10_000, ttlS: 60 }, { clock })
  const [bob, eve] = [await uploader(full, 'bob'), await uploader(full, 'eve')]
  await bob.begin(noise(5_000))
  expect(await eve.announce(noise(5_000), { name: 'eve/a.png' })).toMatchObject({
    errCode: 1701,
    errMsg: 'The storage of the server is used up'
  })
  expect(full.im.status().uploads?.refused).toEqual({ 'im.uploads_full': 1 })
  await eve.upload(noise(2_000))
  await clock.advance(60_000 + 600_000)
  await expect.poll(() => full.im.status().uploads?.counters['expired_total']).toBe(1)
  expect(await eve.announce(noise(6_000), { name: 'eve/a.png' })).toMatchObject({ errCode: 1701 })
  await eve.upload(noise(5_000), 'b.png')
})

test('a user stores as much as the setting says, and uploads that are not completed count until they expire', async () => {
  const clock = fakeClock(Date.now())
  await using full = await startUploads({ maxBytesPerUser: 10_000, ttlS: 60 }, { clock })
  const bob = await uploader(full, 'bob')
  const eve = await uploader(full, 'eve')
  await bob.begin(noise(5_000))
  expect(await bob.announce(noise(5_000), { name: 'bob/a.png' })).toEqual({
    errCode: 1701,
    errMsg: 'Your storage is used up',
    errDlt: 'at most 10000 bytes'
  })
  await eve.begin(noise(5_000))
  await clock.advance(60_000 + 600_000)
  await expect.poll(() => full.im.status().uploads?.counters['expired_total']).toBe(2)
  await bob.upload(noise(5_000))
  expect(await bob.announce(noise(5_000), { name: 'bob/b.png' })).toMatchObject({ errCode: 1701 })
  // Names of one content count as well, or nobody could stop a flood of them.
  const content = noise(1)
  await bob.upload(content, '0.png')
  const names = await Promise.all(
    ['1.png', '2.png', '3.png'].map(name => bob.announce(content, { name: `bob/${name}` }))
  )
  expect(names.map(({ errCode }) => errCode).toSorted((a, b) => a - b)).toEqual([0, 0, 1701])
})

test('a user who asks too often is told when to come back, and others are not', async () => {
  const clock = fakeClock(Date.now())
  await using gate = await startUploads({ requestsPerMinutePerUser: 3 }, { clock })
  const [bob, eve] = [await uploader(gate, 'bob'), await uploader(gate, 'eve')]
  const ask = (): Promise<Response> =>
    fetch(`${gate.http}/object/part_size`, {
      method: 'POST',
      headers: { token: bob.token },
      body: '{"size":1}'
    })
  const answers = await Promise.all([ask(), ask(), ask(), ask()])
  const late = answers.filter(({ headers }) => headers.has('retry-after'))
  expect(late).toHaveLength(1)
  expect(await late[0]?.json()).toMatchObject({ errCode: 429 })
  expect(await eve.post('part_size', { size: 1 })).toMatchObject({ errCode: 0 })
  await clock.advance(60_000)
  expect(await bob.post('part_size', { size: 1 })).toMatchObject({ errCode: 0 })
})

test('an address that asks too often is refused before its tokens are looked at', async () => {
  await using gate = await startUploads({ requestsPerMinutePerAddress: 2 }, { clock: fakeClock(Date.now()) })
  const bob = await uploader(gate, 'bob')
  const codes = []
  for (const token of ['a', 'b', 'c', bob.token])
    codes.push((await bob.post('part_size', { size: 1 }, { token })).errCode)
  expect(codes).toEqual([1503, 1503, 429, 429])
})

test('uploads go on after a restart in the middle, and files stay', async () => {
  using folder = temporaryFolder()
  const file = folder.file('chat.db')
  const content = noise(partBytes + 3)
  const done = noise(8)
  let upload, url, token
  {
    await using before = await startUploads({}, { file })
    const bob = await uploader(before, 'bob')
    url = new URL(await bob.upload(done))
    upload = await bob.begin(content)
    await bob.put(upload.sign.parts[0]?.url ?? '', content.subarray(0, partBytes))
    token = bob.token
  }
  await using after = await startUploads({}, { file })
  const bob = await uploader(after, 'bob', token)
  // The address that was signed before the restart, on the port of now.
  const second = new URL(upload.sign.parts[1]?.url ?? '')
  const [part] = [chunks(content)[1] ?? Buffer.alloc(0)]
  expect((await bob.put(`${after.http}${second.pathname}${second.search}`, part)).status).toBe(204)
  expect(await bob.complete(upload, content)).toMatchObject(ok)
  const kept = await fetch(`${after.http}${url.pathname}`)
  expect(Buffer.from(await kept.arrayBuffer()).equals(done)).toBe(true)
})

test('where uploads are off nothing answers', async () => {
  await using off = await startUploads({ enabled: false })
  const response = await fetch(`${off.http}/object/part_size`, { method: 'POST', body: '{"size":1}' })
  expect(response.status).toBe(404)
  expect(off.im.status().uploads).toBeUndefined()
})

test('addresses begin with the setting where there is one', async () => {
  await using named = await startUploads({ publicUrl: 'https://chat.example.com/api/' })
  const bob = await uploader(named, 'bob')
  const upload = await bob.begin(noise(5))
  expect(upload.sign.parts[0]?.url).toMatch(/^https:\/\/chat\.example\.com\/api\/object\/parts\//)
})
