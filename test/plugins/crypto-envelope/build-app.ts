import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { Clock, definePlugin, type GatewayInfo, type GatewayPlugin } from '../../../src/core/index.ts'
import { ApiErrors, type ApiError, type ValueTransform } from '../../../src/plugins/api-error/service.ts'
import cryptoEnvelope from '../../../src/plugins/crypto-envelope/index.ts'
import { CryptoEnvelope } from '../../../src/plugins/crypto-envelope/service.ts'
import { State } from '../../../src/plugins/state/service.ts'
import { fakeClock, type FakeClock } from '../../../src/testing/index.ts'
import { demonstrationKey } from './ecb-client.ts'
import { fakeState, type FakeState } from './fake-state.ts'

/** Uniform answers reduced to what the envelope needs: a transform, a wrapped value, an error with its key. */
export const fakeErrors = definePlugin({
  name: 'fake-errors',
  description: 'Answers { code, data } and { code, key }.',
  scope: 'global',
  provides: ApiErrors,
  setup(app) {
    const transforms: ValueTransform[] = []
    app.addHook('onRoute', route => {
      const { handler } = route
      route.handler = async function (request, reply) {
        let value: unknown = await handler.call(this, request, reply)
        if (reply.sent || value === reply) return reply
        for (const transform of transforms) value = await transform(value, request, reply)
        return reply.serializer(JSON.stringify).send({ code: 200, data: value })
      }
    })
    app.setErrorHandler<Partial<ApiError> & { code?: string }>((error, _request, reply) => {
      const code = error.statusCode ?? 500
      return reply.code(code).send({ code, key: error.entry?.key ?? error.code, data: false })
    })
    const errors: Pick<ApiErrors, 'define' | 'transform'> = {
      define() {},
      transform: transform => void transforms.push(transform)
    }
    return errors as ApiErrors
  }
})

export const gcmKey = Buffer.alloc(32, 5)

export const settings = {
  legacyKey: demonstrationKey,
  keys: { 'key-a': { key: gcmKey.toString('base64') } }
}

export interface AppOptions {
  readonly errors?: GatewayPlugin | undefined
  readonly config?: object
  readonly fastify?: FastifyServerOptions
  readonly maxKeys?: number
  readonly production?: boolean
}

export interface EnvelopeApp {
  readonly app: FastifyInstance
  readonly clock: FakeClock
  readonly state: FakeState
  readonly envelope: CryptoEnvelope
}

/** An app with the plugin on a clock that stands still; `routes` are added before it is ready. */
export async function buildApp(
  routes: (app: FastifyInstance) => void,
  { errors, config = settings, fastify = {}, maxKeys, production = false }: AppOptions = {}
): Promise<EnvelopeApp & AsyncDisposable> {
  const app = Fastify(fastify)
  const clock = fakeClock()
  const state = fakeState(clock, maxKeys)
  app.decorate('gateway', { getter: () => ({ production }) as GatewayInfo })
  app.decorate(State.name, state as never)
  app.decorate(Clock.name, clock as never)
  if (errors) await app.register(errors)
  await app.register(cryptoEnvelope, config)
  await app.register(async child => routes(child))
  await app.ready()
  const envelope = app.getDecorator<CryptoEnvelope>(CryptoEnvelope.name)
  return { app, clock, state, envelope, [Symbol.asyncDispose]: () => app.close() }
}
