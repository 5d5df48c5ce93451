import type { FastifyInstance } from 'fastify'
import { definePlugin, service, type App } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import consolePlugin from '../../../src/plugins/console/index.ts'
import { fakeClock, testPlugin, type TestGateway } from '../../../src/testing/index.ts'
import type { Console } from '../../../src/plugins/console/service.ts'

/** What a console is tested with. */
export interface ConsoleRig {
  readonly app: TestGateway<Console>
  readonly clock: ReturnType<typeof fakeClock>
  /** Makes the plugin `moody` unhealthy for this reason, or well again. */
  readonly mood: { reason: string | undefined }
}

export interface ConsoleRigOptions {
  readonly config?: { readonly path?: string }
  readonly env?: NodeJS.ProcessEnv
  readonly server?: object
  /** Settings of api-error; `false`: it is off. */
  readonly errors?: object | false
  readonly routes?: (app: App) => void
  readonly logDestination?: { write(line: string): void }
}

/** A gateway with a console, routes, and a plugin whose health is up to the test. */
export async function consoleRig(options: ConsoleRigOptions = {}): Promise<ConsoleRig> {
  const { config = {}, errors = {}, routes = () => undefined, env, server, logDestination } = options
  const clock = fakeClock()
  const mood: ConsoleRig['mood'] = { reason: undefined }
  const moody = definePlugin({
    name: 'moody',
    description: 'Is as the test wants it.',
    provides: service<object>('moody'),
    setup: app => {
      routes(app)
      return {}
    },
    health: () => {
      if (mood.reason !== undefined) throw new Error(mood.reason)
    }
  })
  const app = await testPlugin(consolePlugin, {
    config,
    services: { clock },
    with: [...(errors ? [[apiError, errors] as const] : []), [moody]],
    ...(env && { env }),
    ...(server && { server }),
    ...(logDestination && { logDestination })
  })
  return { app, clock, mood }
}

/** The page in English. */
export async function pageOf(app: FastifyInstance, url = '/'): Promise<string> {
  return (await app.inject({ url, headers: { 'accept-language': 'en' } })).body
}
