import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { definePlugin, service, watchRoutes, type AddedRoute } from '../../src/core/index.ts'
import { gatewayOf } from './kernel.ts'

const Seen = service<() => readonly AddedRoute[]>('seen')

const greeter = definePlugin({
  name: 'greeter',
  description: 'Greets.',
  setup(app) {
    app.decorate('private', true)
    app.get('/greet', () => 'Hello!')
  }
})

const watcher = definePlugin({
  name: 'watcher',
  description: 'Tells the routes.',
  scope: 'global',
  provides: Seen,
  setup(app) {
    app.addHook('onRoute', route => void (route.config = { ...route.config, raw: true }))
    return watchRoutes(app)
  }
})

test('all routes are told, with what hooks have added to them, in whatever order plugins are listed', async () => {
  for (const plugins of [
    [greeter, watcher],
    [watcher, greeter]
  ]) {
    await using app = await gatewayOf(plugins)
    const routes = app.getDecorator<() => readonly AddedRoute[]>(Seen.name)()
    const greet = routes.find(({ options }) => options.url === '/greet')
    expect(greet?.options.config).toMatchObject({ plugin: 'greeter', raw: true })
    expect(greet?.owner.hasDecorator('private')).toBe(true)
    expect(routes.map(({ options }) => options.url)).toContain('/healthz')
  }
})

test('a route of a provider is told, which starts before the plugin that watches', async () => {
  const Early = service<string>('early')
  const provider = definePlugin({
    name: 'provider',
    description: 'Has a route and provides.',
    provides: Early,
    setup(app) {
      app.get('/early', () => 'x')
      return 'early'
    }
  })
  const late = definePlugin({
    name: 'late',
    description: 'Watches, and needs the provider.',
    scope: 'global',
    needs: { early: Early },
    provides: Seen,
    setup: app => watchRoutes(app)
  })
  await using app = await gatewayOf([late, provider])
  const routes = app.getDecorator<() => readonly AddedRoute[]>(Seen.name)()
  expect(routes.map(({ options }) => options.url)).toContain('/early')
})

test('where there is no kernel, the routes are told that are added later', async () => {
  const app = Fastify()
  await app.register(watcher)
  await app.register(greeter)
  const routes = app.getDecorator<() => readonly AddedRoute[]>(Seen.name)()
  expect(routes.map(({ options }) => options.url)).toContain('/greet')
})
