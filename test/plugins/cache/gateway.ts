import type { FastifyRequest, InjectOptions } from 'fastify'

import { definePlugin, type App, type Clock } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import cache from '../../../src/plugins/cache/index.ts'
import { Cache, type CacheUser } from '../../../src/plugins/cache/service.ts'
import { fakeClock, testPlugin, type FakeClock } from '../../../src/testing/index.ts'

/** What a test's gateway is started with. */
export interface GatewayOptions {
  readonly routes: (app: App) => void
  readonly config?: object
  /** False: no dialects. */
  readonly errors?: boolean
  readonly users?: (request: FastifyRequest) => CacheUser | undefined
  readonly clock?: FakeClock
  readonly server?: object
  readonly logs?: string[]
  readonly with?: readonly unknown[]
}

/** A gateway with the cache and routes, whose time stands still. Hold it with `await using`. */
export async function gateway({
  routes,
  config,
  errors = true,
  users,
  clock = fakeClock(),
  ...rest
}: GatewayOptions) {
  const plugin = definePlugin({
    name: 'test-routes',
    description: 'Routes of a test.',
    needs: { cache: Cache },
    setup(app, { cache: service }) {
      if (users) service.identify(users)
      routes(app)
    }
  })
  const app = await testPlugin(plugin, {
    services: { clock } as { clock: Clock } as never,
    with: [...(errors ? [[apiError]] : []), [cache, config], ...(rest.with ?? [])] as never,
    server: { ...(rest.logs && { logLevel: 'trace' }), ...rest.server },
    logDestination: { write: line => void rest.logs?.push(line) }
  })
  return {
    clock,
    cache: app.getDecorator<Cache>(Cache.name),
    inject: (options: string | InjectOptions) => app.inject(options),
    listen: () => app.listen({ port: 0, host: '127.0.0.1' }),
    close: () => app.close(),
    [Symbol.asyncDispose]: () => app.close()
  }
}
