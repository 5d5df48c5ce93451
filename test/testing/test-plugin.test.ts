import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { Clock, definePlugin, optional, service, systemClock } from '../../src/core/index.ts'
import { fakeClock, testPlugin } from '../../src/testing/index.ts'
import { failureOf, logLines, problemsOf } from '../core/kernel.ts'

interface Store {
  get(key: string): string | undefined
}
const Store = service<Store>('key-value-store')
const Words = service<{ word(): string }>('words')

const words = definePlugin({
  name: 'words',
  description: '',
  config: Type.Object({ key: Type.String({ default: 'word', minLength: 2 }) }),
  needs: { store: Store, clock: optional(Clock) },
  provides: Words,
  setup: (app, { config, store, clock = systemClock }) => {
    app.get('/word', () => `${store.get(config.key)} at ${clock.now()}`)
    return { word: () => store.get(config.key) ?? '' }
  }
})

const store: Store = { get: key => `the ${key}` }

describe('testPlugin', () => {
  test('starts a plugin with fakes for its needs, and hands out its service', async () => {
    await using app = await testPlugin(words, { services: { store, clock: fakeClock(5) } })
    expect(app.service.word()).toBe('the word')
    expect((await app.inject('/word')).body).toBe('the word at 5')
  })

  test('fills in defaults and refuses wrong settings, as a gateway does', async () => {
    await using app = await testPlugin(words, { services: { store }, config: { key: 'other' } })
    expect(app.service.word()).toBe('the other')
    const failure = await failureOf(testPlugin(words, { services: { store }, config: { key: '' } }))
    expect(problemsOf(failure)).toEqual(['CONFIG_BAD_VALUE plugins.words.key'])
  })

  test('tells what is missing', async () => {
    expect(problemsOf(await failureOf(testPlugin(words)))).toEqual(['SERVICE_MISSING plugins.words'])
  })

  test('starts other plugins beside it, with their settings', async () => {
    const memory = definePlugin({
      name: 'memory',
      description: '',
      config: Type.Object({ text: Type.String() }),
      provides: Store,
      setup: (_, { config }) => ({ get: () => config.text })
    })
    await using app = await testPlugin(words, { with: [[memory, { text: 'from memory' }]] })
    expect(app.service.word()).toBe('from memory')
  })

  test('reads the environment that it is given, and nothing of the real one', async () => {
    await using app = await testPlugin(words, { services: { store }, env: { PAIFANG_WORDS_KEY: 'variable' } })
    expect(app.service.word()).toBe('the variable')
    expect(app.gateway.production).toBe(false)
    await using strict = await testPlugin(words, { services: { store }, env: { NODE_ENV: 'production' } })
    expect(strict.gateway.production).toBe(true)
  })

  test('is silent unless asked to log', async () => {
    const log = logLines()
    await using app = await testPlugin(words, {
      services: { store },
      server: { logLevel: 'info' },
      logDestination: log
    })
    await app.inject('/word')
    expect(log.lines).toMatchObject([{ route: '/word', plugin: 'words' }])
  })

  test('closes the gateway at the end of the block', async () => {
    const closed: string[] = []
    const plugin = definePlugin({
      name: 'plugin',
      description: '',
      setup: app => void app.addHook('onClose', async () => void closed.push('closed'))
    })
    {
      await using app = await testPlugin(plugin)
      expect(app.service).toBeUndefined()
    }
    expect(closed).toEqual(['closed'])
  })
})
