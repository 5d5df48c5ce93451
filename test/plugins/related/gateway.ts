import type { InjectOptions } from 'fastify'
import { definePlugin, type App } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import type { DialectName } from '../../../src/plugins/api-error/service.ts'
import related from '../../../src/plugins/related/index.ts'
import { RelatedResources } from '../../../src/plugins/related/service.ts'
import { testPlugin } from '../../../src/testing/index.ts'

/** What a test's gateway is started with. */
export interface GatewayOptions {
  readonly routes: (app: App, related: RelatedResources) => void
  readonly config?: object
  readonly dialect?: DialectName
  readonly logs?: string[]
  /** Other plugins, with their settings; they start first, as far as that is up to them. */
  readonly with?: readonly (readonly [unknown, object?])[]
}

/** A gateway with related resources and routes. Hold it with `await using`. */
export async function gateway({ routes, config = {}, dialect = 'ws3', logs, ...rest }: GatewayOptions) {
  const plugin = definePlugin({
    name: 'test-routes',
    description: 'Routes of a test.',
    needs: { related: RelatedResources },
    setup: (app, parts) => routes(app, parts.related)
  })
  const app = await testPlugin(plugin, {
    with: [...(rest.with ?? []), [apiError, { dialect }], [related, config]] as never,
    server: { ...(logs && { logLevel: 'trace' }) },
    logDestination: { write: line => void logs?.push(line) }
  })
  return {
    app,
    inject: (options: string | InjectOptions) => app.inject(options),
    /** What an answer in `ws3` is related to. */
    relatedTo: async (options: string | InjectOptions): Promise<unknown> =>
      (await app.inject(options)).json<{ related?: unknown }>().related,
    [Symbol.asyncDispose]: () => app.close()
  }
}
