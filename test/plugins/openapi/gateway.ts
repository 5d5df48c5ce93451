import { definePlugin, type App } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import openapi from '../../../src/plugins/openapi/index.ts'
import { OpenApi, type OpenApiDocument } from '../../../src/plugins/openapi/service.ts'
import { testPlugin } from '../../../src/testing/index.ts'

/** What a test's gateway is started with. */
export interface GatewayOptions {
  readonly routes: (app: App) => void
  readonly config?: object
  /** Settings of api-error; false: it is off. */
  readonly errors?: object | false
  readonly logs?: string[]
  /** Other plugins, with their settings. */
  readonly with?: readonly (readonly [unknown, object?])[]
}

/** A gateway with openapi and the routes of a plugin `shop`. Hold it with `await using`. */
export async function gateway({ routes, config = {}, errors = {}, logs, ...rest }: GatewayOptions) {
  const shop = definePlugin({ name: 'shop', description: 'Routes of a test.', setup: app => routes(app) })
  const app = await testPlugin(shop, {
    with: [...(errors ? [[apiError, errors]] : []), ...(rest.with ?? []), [openapi, config]] as never,
    server: { ...(logs && { logLevel: 'warn' }) },
    logDestination: { write: line => void logs?.push(line) }
  })
  const document = (): Promise<OpenApiDocument> => app.getDecorator<OpenApi>(OpenApi.name).document()
  return { app, document, [Symbol.asyncDispose]: () => app.close() }
}

/** The document of a gateway with these routes. */
export async function documentOf(
  options: GatewayOptions | GatewayOptions['routes']
): Promise<OpenApiDocument> {
  await using started = await gateway(typeof options === 'function' ? { routes: options } : options)
  return started.document()
}
