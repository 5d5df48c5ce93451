import { describe, expect, test } from 'vitest'
import { UpstreamError } from '../../../src/plugins/http-client/service.ts'
import { startRig, type Rig } from './rig.ts'

/** What `guard` throws. */
function thrown(rig: Rig, path = '/'): unknown {
  try {
    rig.http.guard(rig.at(path))
    return undefined
  } catch (error) {
    return error
  }
}

/** Resolves when the probe is over. */
async function settled(rig: Rig): Promise<void> {
  while (rig.client.status().inFlight > 0) await new Promise(setImmediate)
}

describe('guard', () => {
  test('lets pass until an upstream is known to be down, and again when it is known to be up', async () => {
    let status = 503
    await using rig = await startRig((_, response) => response.writeHead(status).end('much'))
    expect(thrown(rig)).toBeUndefined()
    expect(thrown(rig)).toBeUndefined()
    await settled(rig)
    expect(rig.seen).toMatchObject([{ method: 'GET', url: '/' }])
    expect(thrown(rig)).toMatchObject({ kind: 'status', status: 503, entry: { key: 'upstream.unavailable' } })
    expect(rig.seen).toHaveLength(1)

    status = 404
    await rig.clock.advance(60_000)
    expect(thrown(rig)).toMatchObject({ status: 503 })
    await settled(rig)
    expect(thrown(rig)).toBeUndefined()
    expect(rig.seen).toHaveLength(2)
  })

  test('takes an upstream that does not answer for one that is down', async () => {
    await using rig = await startRig(() => undefined)
    expect(thrown(rig)).toBeUndefined()
    await rig.until(1)
    await rig.clock.advance(3_100)
    await settled(rig)
    expect(thrown(rig)).toMatchObject({ kind: 'timeout', entry: { key: 'upstream.timeout' } })
  })

  test('asks for itself: without cookies, and though its caller has gone', async () => {
    await using rig = await startRig((_, response) => response.end())
    const caller = new AbortController()
    const http = rig.open({ signal: caller.signal })
    await http.jar.setCookie('a=1', rig.at('/'))
    http.guard(rig.at('/'))
    caller.abort()
    await settled(rig)
    expect(rig.seen).toHaveLength(1)
    expect(rig.seen[0]?.headers).not.toHaveProperty('cookie')
    expect(rig.client.status().errors['aborted']).toBe(0)
  })

  test('knows each address by itself', async () => {
    await using rig = await startRig((seen, response) =>
      response.writeHead(seen.url === '/bad' ? 500 : 200).end()
    )
    expect([thrown(rig, '/bad'), thrown(rig, '/good')]).toEqual([undefined, undefined])
    await settled(rig)
    expect(thrown(rig, '/bad')).toBeInstanceOf(UpstreamError)
    expect(thrown(rig, '/good')).toBeUndefined()
  })

  test('asks nobody who may not be asked', async () => {
    await using rig = await startRig(() => undefined, {
      settings: { hostsByPlugin: { portal: ['www.example.edu'] } }
    })
    expect(() => rig.client.guard(rig.at('/'), { plugin: 'portal' })).toThrow(
      expect.objectContaining({ kind: 'blocked' })
    )
    expect(() => rig.client.guard('ftp://x/')).toThrow(TypeError)
    expect(rig.client.status().counters['requests_total']).toBe(0)
  })
})
