import Fastify, { type FastifyInstance } from 'fastify'
import type { Static, TObject } from 'typebox'
import { metaOf, type GatewayPlugin, type Settings } from '../core/plugin.ts'
import type { Needs, Resolved } from '../core/service.ts'

/** What a plugin is tested with. */
export interface TestPluginOptions<C extends TObject, N extends Needs> {
  readonly config?: Settings<Static<C>>
  /** Stands in for what the plugin needs, under the keys of its `needs`. */
  readonly services?: Partial<Resolved<N>>
  /** Plugins started before it, with their settings. */
  readonly with?: readonly (readonly [GatewayPlugin, object?])[]
}

/** A started gateway with just one plugin. Close it, or hold it with `await using`. */
export type TestGateway<S> = FastifyInstance & AsyncDisposable & { readonly service: S }

/** Starts a gateway for one plugin, with its settings validated as usual and fakes for its services. */
export async function testPlugin<C extends TObject, N extends Needs, S>(
  plugin: GatewayPlugin<C, N, S>,
  options: TestPluginOptions<C, N> = {}
): Promise<TestGateway<S>> {
  const app = Fastify()
  const meta = metaOf(plugin)
  for (const [other, settings] of options.with ?? []) await app.register(other, settings ?? {})
  for (const [key, fake] of Object.entries(options.services ?? {}))
    app.decorate(meta?.needs[key]?.name ?? key, fake as never)
  await app.register(plugin, (options.config ?? {}) as never)
  await app.ready()
  const provided = meta?.provides ? app.getDecorator<S>(meta.provides.name) : undefined
  return Object.assign(app as FastifyInstance, {
    service: provided as S,
    [Symbol.asyncDispose]: () => app.close()
  })
}
