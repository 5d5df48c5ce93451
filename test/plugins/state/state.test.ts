import { describe, expect, it } from 'vitest'
import { metaOf } from '../../../src/core/plugin.ts'
import state from '../../../src/plugins/state/index.ts'
import { fakeClock, testPlugin } from '../../../src/testing/index.ts'
import { stateContract } from '../../contracts/state.ts'

stateContract('memory', async () => {
  const clock = fakeClock()
  const app = await testPlugin(state, { services: { clock } })
  return { state: app.service, advance: ms => clock.advance(ms), close: () => app.close() }
})

describe('the plugin state', () => {
  it('runs on the clock of the machine when it is given none', async () => {
    await using app = await testPlugin(state)
    await app.service.set('a', '1', { ttlMs: 60_000 })
    expect(await app.service.get('a')).toBe('1')
  })

  it('is healthy until it is closed', async () => {
    const app = await testPlugin(state)
    await expect(metaOf(state)?.health?.(app.service)).resolves.toBeUndefined()
    await app.close()
    await expect(metaOf(state)?.health?.(app.service)).rejects.toThrow('The state is closed')
  })

  it('refuses a driver it does not know and a limit below 1', async () => {
    await expect(testPlugin(state, { config: { driver: 'other' as 'memory' } })).rejects.toThrow(
      'must be one of memory, redis'
    )
    await expect(testPlugin(state, { config: { maxKeys: 0 } })).rejects.toThrow('must be >= 1')
  })

  it('holds as many keys as the setting says', async () => {
    await using app = await testPlugin(state, { config: { maxKeys: 1 } })
    await app.service.set('a', '1')
    await expect(app.service.set('b', '1')).rejects.toMatchObject({ code: 'STATE_FULL' })
  })

  it('logs what a listener throws, without the message', async () => {
    const clock = fakeClock()
    const lines: string[] = []
    const logDestination = { write: (line: string) => void lines.push(line) }
    const server = { logLevel: 'error' }
    await using app = await testPlugin(state, { services: { clock }, server, logDestination })
    await app.service.subscribe('c', () => {
      throw new Error('no such page')
    })
    await app.service.publish('c', 'the message')
    await clock.advance(0)
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      plugin: 'state',
      channel: 'c',
      msg: 'a listener failed'
    })
    expect(lines[0]).toContain('no such page')
    expect(lines[0]).not.toContain('the message')
  })
})
