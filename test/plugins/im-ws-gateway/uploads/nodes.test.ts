import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPostgres, startPostgres, type PostgresServer } from '../../../servers/postgres.ts'
import { chunks, noise, partBytes, startUploads, uploader } from './rig.ts'

describe.skipIf(!hasPostgres)('two gateways on one PostgreSQL', () => {
  let postgres: PostgresServer
  beforeAll(async () => void (postgres = await startPostgres()))
  afterAll(() => postgres[Symbol.asyncDispose]())

  test('take the parts of one file, and both have it byte for byte', async () => {
    const engine = { driver: 'postgres', postgres: { url: await postgres.database() } }
    // Each has a token secret of its own: what they share is the database.
    await using here = await startUploads({}, { engine, config: { nodes: 'alone' } })
    await using there = await startUploads({}, { engine, config: { nodes: 'alone' } })
    const [ann, elsewhere] = [await uploader(here), await uploader(there)]
    const content = noise(4 * partBytes + 12_345)
    const upload = await ann.begin(content)
    const parts = chunks(content)
    const statuses = await Promise.all(
      upload.sign.parts.map(async ({ url }, index) => {
        const { pathname, search } = new URL(url)
        const node = index % 2 ? here : there
        const { status } = await ann.put(`${node.http}${pathname}${search}`, parts[index] ?? Buffer.alloc(0))
        return status
      })
    )
    expect(statuses).toEqual([204, 204, 204, 204, 204])
    const completed = await Promise.all([
      ann.complete(upload, content),
      elsewhere.complete(upload, content),
      ann.complete(upload, content),
      elsewhere.complete(upload, content)
    ])
    expect(completed.map(({ errCode }) => errCode)).toEqual([0, 0, 0, 0])
    const paths = new Set(completed.map(({ data }) => new URL(data['url'] as string).pathname))
    expect(paths.size).toBe(1)
    for (const node of [here, there]) {
      const response = await fetch(`${node.http}${[...paths][0]}`)
      expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true)
      const range = await fetch(`${node.http}${[...paths][0]}`, { headers: { range: 'bytes=-7' } })
      expect(Buffer.from(await range.arrayBuffer()).equals(content.subarray(-7))).toBe(true)
    }
  })

  test('let nobody store more by asking both at once', async () => {
    const engine = { driver: 'postgres', postgres: { url: await postgres.database() } }
    const config = { nodes: 'alone' }
    await using here = await startUploads({ maxBytesPerUser: 30_000 }, { engine, config })
    await using there = await startUploads({ maxBytesPerUser: 30_000 }, { engine, config })
    const [ann, elsewhere] = [await uploader(here), await uploader(there)]
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? ann : elsewhere).announce(noise(6_000)))
    )
    expect(answers.filter(({ errCode }) => errCode === 0)).toHaveLength(4)
    expect(answers.filter(({ errCode }) => errCode === 1701)).toHaveLength(6)
  })

  test('let all users together store no more by asking both at once', async () => {
    const engine = { driver: 'postgres', postgres: { url: await postgres.database() } }
    const config = { nodes: 'alone' }
    await using here = await startUploads({ maxBytesInAll: 30_000 }, { engine, config })
    await using there = await startUploads({ maxBytesInAll: 30_000 }, { engine, config })
    const users = await Promise.all(
      Array.from({ length: 10 }, (_, index) => uploader(index % 2 ? here : there, `user${index}`))
    )
    const answers = await Promise.all(
      users.map((user, index) => user.announce(noise(6_000), { name: `user${index}/a.png` }))
    )
    expect(answers.filter(({ errCode }) => errCode === 0)).toHaveLength(4)
    expect(answers.filter(({ errCode }) => errCode === 1701)).toHaveLength(6)
  })

  test('begin one upload of a content that comes to both at once', async () => {
    const engine = { driver: 'postgres', postgres: { url: await postgres.database() } }
    const config = { nodes: 'alone' }
    await using here = await startUploads({}, { engine, config })
    await using there = await startUploads({}, { engine, config })
    const [ann, elsewhere] = [await uploader(here), await uploader(there)]
    const content = noise(10)
    const [first, second] = await Promise.all([ann.begin(content), elsewhere.begin(content)])
    expect(second.uploadID).toBe(first.uploadID)
  })
})
