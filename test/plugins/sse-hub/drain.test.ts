import { describe, expect, test } from 'vitest'
import { startRig } from './rig.ts'

describe('when the gateway closes', () => {
  test('every reader is told when to come back, each at another time, and the close is clean', async () => {
    const rig = await startRig({ config: { drainMs: 200 } })
    const readers = await Promise.all(Array.from({ length: 20 }, () => rig.read('a')))
    const closed = rig.app.close()
    await Promise.all(readers.map(reader => reader.ended))
    await closed
    const retries = readers.map(reader => reader.retry ?? 0)
    expect(Math.min(...retries)).toBeGreaterThanOrEqual(2_000)
    expect(Math.max(...retries)).toBeLessThan(4_000)
    expect(new Set(retries).size).toBeGreaterThan(10)
    expect(readers.every(reader => reader.text.endsWith(`\n\nretry: ${reader.retry}\n\n`))).toBe(true)
    expect(rig.app.gateway.cut).toBe(false)
    expect(rig.hub.status()).toMatchObject({ streams: 0, topics: 0, ended: { drained: 20 } })
  })

  test('what was published before still arrives', async () => {
    const rig = await startRig()
    const reader = await rig.read('a')
    await rig.hub.publish('a', { data: 'last' })
    await rig.app.close()
    await reader.ended
    expect(reader.seen.at(-1)?.data).toBe('last')
  })

  test('with no stream open it takes no time', async () => {
    const rig = await startRig({ config: { drainMs: 60_000 } })
    await rig.app.close()
    expect(rig.hub.status().streams).toBe(0)
  })

  test('who comes while it closes is told to come back', async () => {
    const rig = await startRig()
    const keep = await rig.read('a')
    const drained = (rig.hub as unknown as { drain(): Promise<void> }).drain()
    const late = await rig.read('a')
    await late.ended
    expect(late.text).toMatch(/^retry: \d+\n\n$/)
    expect(rig.hub.status().refused['draining']).toBe(1)
    await drained
    await keep.ended
    await rig.app.close()
  })
})
