import { describe, expect, test } from 'vitest'
import { definePlugin, service } from '../../src/core/index.ts'
import { gatewayOf, logLines } from '../core/kernel.ts'

const Store = service<{ alive: boolean }>('store')

function counted(name: string, health?: () => unknown) {
  const asked: unknown[] = []
  const plugin = definePlugin({
    name,
    description: '',
    setup: () => {},
    health: own => {
      asked.push(own)
      return health?.()
    }
  })
  return { plugin, asked }
}

describe('/healthz', () => {
  test('is 200 whatever the plugins say, and asks none of them', async () => {
    const { plugin, asked } = counted('sick', () => Promise.reject(new Error('no')))
    await using app = await gatewayOf([plugin])
    const response = await app.inject('/healthz')
    expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok' }])
    expect(asked).toEqual([])
  })
})

describe('/readyz', () => {
  test('is 200 when all plugins are well; those that do not say are', async () => {
    const silent = definePlugin({ name: 'silent', description: '', setup: () => {} })
    const { plugin } = counted('well')
    await using app = await gatewayOf([silent, plugin])
    const response = await app.inject('/readyz')
    expect([response.statusCode, response.json()]).toEqual([
      200,
      { status: 'ok', plugins: { silent: 'ok', well: 'ok' } }
    ])
  })

  test('is 503 when one is not, and says which but not why', async () => {
    const log = logLines()
    const { plugin: well } = counted('well')
    const { plugin: sick } = counted('sick', () => Promise.reject(new Error('the password is wrong')))
    const { plugin: odd } = counted('odd', () => {
      throw 'a word'
    })
    await using app = await gatewayOf([well, sick, odd], { logLevel: 'warn' }, { logDestination: log })
    const response = await app.inject('/readyz')
    expect(response.statusCode).toBe(503)
    expect(response.json()).toEqual({ status: 'down', plugins: { well: 'ok', sick: 'down', odd: 'down' } })
    expect(log.lines).toMatchObject([
      { level: 40, plugin: 'odd', reason: 'a word', msg: 'not healthy' },
      { level: 40, plugin: 'sick', reason: 'the password is wrong', msg: 'not healthy' }
    ])
    expect(await app.gateway.health.all()).toEqual({
      well: { status: 'ok' },
      sick: { status: 'down', reason: 'the password is wrong' },
      odd: { status: 'down', reason: 'a word' }
    })
  })

  test('hands the service of a plugin to its check', async () => {
    const store = { alive: true }
    const plugin = definePlugin({
      name: 'store',
      description: '',
      provides: Store,
      setup: () => store,
      health: own => {
        if (!own.alive) throw new Error('dead')
      }
    })
    await using app = await gatewayOf([plugin])
    expect((await app.inject('/readyz/store')).statusCode).toBe(200)
  })

  test('asks all plugins at the same time, each once for many probes', async () => {
    let answer = (): void => {}
    const one = counted('one', () => new Promise<void>(resolve => (answer = resolve)))
    const two = counted('two', () => answer())
    await using app = await gatewayOf([one.plugin, two.plugin])
    const responses = await Promise.all(
      ['/readyz', '/readyz', '/readyz/one', '/readyz'].map(url => app.inject(url))
    )
    expect(responses.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200])
    expect([one.asked.length, two.asked.length]).toEqual([1, 1])
  })
})

describe('/readyz/:plugin', () => {
  test('tells how one plugin is', async () => {
    const { plugin: sick } = counted('sick', () => Promise.reject(new Error('no')))
    const { plugin: well, asked } = counted('well')
    await using app = await gatewayOf([sick, well])
    const response = await app.inject('/readyz/sick')
    expect([response.statusCode, response.json()]).toEqual([503, { status: 'down' }])
    expect(asked).toEqual([])
    expect((await app.inject('/readyz/well')).json()).toEqual({ status: 'ok' })
  })

  test.for([
    ['/readyz/missing', 404],
    ['/readyz/constructor', 404],
    [`/readyz/${'x'.repeat(101)}`, 414],
    ['/readyz/%zz', 400]
  ] as const)('%s answers %s', async ([url, status]) => {
    await using app = await gatewayOf([])
    expect((await app.inject(url)).statusCode).toBe(status)
  })
})

test('probes leave no line in the log', async () => {
  const log = logLines()
  await using app = await gatewayOf([], { logLevel: 'trace' }, { logDestination: log })
  for (const url of ['/healthz', '/readyz', '/readyz/missing']) await app.inject(url)
  expect(log.lines).toEqual([])
})
