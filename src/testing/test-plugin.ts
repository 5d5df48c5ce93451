import type { FastifyInstance } from 'fastify'
import type { Static, TObject } from 'typebox'
import { createGateway } from '../core/gateway.ts'
import { definePlugin, metaOf, type GatewayPlugin, type Settings } from '../core/plugin.ts'
import type { Needs, Resolved, Service } from '../core/service.ts'

/** What a plugin is tested with. */
export interface TestPluginOptions<C extends TObject, N extends Needs> {
  readonly config?: Settings<Static<C>>
  /** Stands in for what the plugin needs, under the keys of its `needs`. */
  readonly services?: Partial<Resolved<N>>
  /** Other plugins to start with it, with their settings. */
  readonly with?: readonly (readonly [GatewayPlugin, object?])[]
  /** The `server` section, for instance `{ logLevel: 'trace' }`; logs are off otherwise. */
  readonly server?: object
  /** Where log lines go; default: nowhere. */
  readonly logDestination?: { write(line: string): void }
  /** Variables, `NODE_ENV` among them; default: none. */
  readonly env?: NodeJS.ProcessEnv
}

/** A started gateway with just one plugin. Close it, or hold it with `await using`. */
export type TestGateway<S> = FastifyInstance & AsyncDisposable & { readonly service: S }

/**
 * Starts a gateway for one plugin, with its settings validated as usual and fakes for its services.
 * @throws {StartupError} as `createGateway`
 */
export async function testPlugin<C extends TObject, N extends Needs, S>(
  plugin: GatewayPlugin<C, N, S>,
  options: TestPluginOptions<C, N> = {}
): Promise<TestGateway<S>> {
  const meta = metaOf(plugin)
  const fakes = Object.entries(options.services ?? {}).map(([key, fake]) => {
    return [fakePlugin(meta?.needs[key]?.name ?? key, fake)] as const
  })
  const all = [...fakes, ...(options.with ?? []), [plugin, options.config ?? {}] as const]
  const entries = all.map(([use, settings]) => [metaOf(use)?.name ?? use.name, { ...settings, use }] as const)
  const app = await createGateway({
    config: { server: { logLevel: 'silent', ...options.server }, plugins: Object.fromEntries(entries) },
    env: options.env ?? {},
    logDestination: options.logDestination ?? { write: () => undefined }
  })
  const service = (meta?.provides ? app.getDecorator(meta.provides.name) : undefined) as S
  return Object.assign(app, { service, [Symbol.asyncDispose]: () => app.close() })
}

function fakePlugin(token: string, fake: unknown): GatewayPlugin {
  const provides: Service<unknown> = { name: token }
  const name = ['fake', ...(token.toLowerCase().match(/[a-z0-9]+/g) ?? [])].join('-')
  return definePlugin({ name, description: `Stands in for ${token}.`, provides, setup: () => fake })
}
