import { describe, expect, test } from 'vitest'
import { startRig } from './rig.ts'

describe('a topic that not everybody may read', () => {
  test('is refused with 403, to an EventSource as well: coming back would not help', async () => {
    await using rig = await startRig()
    rig.hub.define('private/*', { authorize: () => false })
    for (const accept of ['text/event-stream', 'application/json']) {
      const reader = await rig.read('news,private/1', { accept })
      expect(reader.status).toBe(403)
      await reader.ended
      expect(reader.text).toContain('sse.forbidden')
    }
    expect(rig.hub.status()).toMatchObject({ streams: 0, topics: 0 })
  })

  test('is asked about with the request and the name, and may take its time', async () => {
    await using rig = await startRig()
    const asked: (readonly [string, string])[] = []
    rig.hub.define('private/*', {
      authorize: async ({ headers }, topic) => {
        asked.push([topic, String(headers['x-who'])])
        await Promise.resolve()
        return headers['x-who'] === 'alice'
      }
    })
    const reader = await rig.read('private/1,private/2,news', { headers: { 'x-who': 'alice' } })
    expect((await reader.next()).event).toBe('hub.open')
    expect((await rig.read('private/1', { headers: { 'x-who': 'mallory' } })).status).toBe(403)
    expect(asked).toEqual([
      ['private/1', 'alice'],
      ['private/2', 'alice'],
      ['private/1', 'mallory']
    ])
  })

  test('is asked about again when a reader comes back: what was missed is not told to whom it is no longer for', async () => {
    await using rig = await startRig()
    let allowed = true
    rig.hub.define('private', { authorize: () => allowed })
    const reader = await rig.read('private')
    const { id = '' } = await reader.next()
    reader.leave()
    await rig.streams[0]?.closed
    await rig.hub.publish('private', { data: 'secret' })
    allowed = false
    const back = await rig.read('private', { headers: { 'last-event-id': id } })
    await back.ended
    expect(back.status).toBe(403)
    expect(back.text).not.toContain('secret')
  })

  test('anything but true is no', async () => {
    await using rig = await startRig()
    for (const answer of [1, 'true', {}, undefined, null, Promise.resolve(1)]) {
      rig.hub.define('private', { authorize: () => answer as boolean })
      expect((await rig.read('private')).status).toBe(403)
    }
  })

  test('a check that fails is an error, and no stream', async () => {
    await using rig = await startRig()
    rig.hub.define('private', { authorize: () => Promise.reject(new Error('database gone')) })
    expect((await rig.read('private')).status).toBe(500)
    expect(rig.hub.status()).toMatchObject({ streams: 0, topics: 0 })
  })

  test('whoever leaves while it is asked about has no stream', async () => {
    await using rig = await startRig()
    let answer: (allowed: boolean) => void = () => undefined
    const asked = new Promise<void>(resolve => {
      rig.hub.define('private', {
        authorize: () => {
          resolve()
          return new Promise(done => (answer = done))
        }
      })
    })
    const reading = rig.read('private', { headers: { connection: 'close' } }).catch(() => undefined)
    await asked
    const gone = new Promise(resolve => rig.app.server.getConnections((_, count) => resolve(count)))
    expect(await gone).toBe(1)
    rig.app.server.closeAllConnections()
    await reading
    answer(true)
    while (rig.streams.length === 0) await new Promise(resolve => setImmediate(resolve))
    expect(await rig.streams[0]?.closed).toBe('client')
    expect(rig.hub.status()).toMatchObject({ streams: 0, topics: 0 })
  })
})

describe('topics that there cannot be', () => {
  const wrong = [
    'a b',
    'a*',
    '\u0000',
    'é'.repeat(256),
    Array.from({ length: 101 }, (_, n) => `t${n}`).join(',')
  ]
  test.each(wrong)('%j', async topics => {
    await using rig = await startRig()
    const reader = await rig.read(topics)
    expect(reader.status).toBe(400)
    await reader.ended
    expect(reader.text).toContain('sse.bad_topic')
  })

  test('a hundred are fine, and twice the same counts once', async () => {
    await using rig = await startRig()
    const topics = Array.from({ length: 100 }, (_, n) => `t${n}`)
    const reader = await rig.read([...topics, ...topics].join(','))
    await reader.next()
    await rig.hub.publish('t7', { data: 'once' })
    await rig.hub.publish('t8', { data: 'next' })
    expect((await reader.take(2)).map(({ data }) => data)).toEqual(['once', 'next'])
  })
})

describe('a principal', () => {
  test('whose streams are closed hears a last word, and others go on', async () => {
    await using rig = await startRig()
    const [one, two, other] = await Promise.all(
      ['alice', 'alice', 'bob'].map(principal => rig.read('a', { principal }))
    )
    expect(await rig.hub.closePrincipal('alice', { event: 'revoked', data: { why: 'logged out' } })).toBe(2)
    for (const reader of [one, two]) {
      await reader?.ended
      expect(reader?.seen.at(-1)).toMatchObject({ event: 'revoked', data: '{"why":"logged out"}' })
    }
    const ends = await Promise.race(rig.streams.map(stream => stream.closed))
    expect(ends).toBe('revoked')
    await rig.hub.publish('a', { data: 'on' })
    expect((await other?.take(2))?.at(-1)?.data).toBe('on')
    expect(await rig.hub.closePrincipal('alice')).toBe(0)
    expect(await rig.hub.closePrincipal('nobody')).toBe(0)
  })

  test('a last word that cannot be sent throws, and the streams go on', async () => {
    await using rig = await startRig()
    const reader = await rig.read('a', { principal: 'alice' })
    await expect(rig.hub.closePrincipal('alice', { data: 'x', event: 'a\nid: 1' })).rejects.toThrow(TypeError)
    await rig.hub.publish('a', { data: 'on' })
    expect((await reader.take(2)).at(-1)?.data).toBe('on')
  })
})
