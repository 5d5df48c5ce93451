import Fastify, { type FastifyInstance } from 'fastify'
import { createGateway, definePlugin, service } from '../src/core/index.ts'

// One variant in a process of its own: `bare`, or the number of idle plugins beside the measured route.
const variant = process.argv[2] ?? 'bare'
const answer = { type: 'object', properties: { hello: { type: 'string' } } } as const

function addRoute(app: FastifyInstance): void {
  app.get('/', { schema: { response: { 200: answer } } }, () => ({ hello: 'world' }))
}

async function build(): Promise<FastifyInstance> {
  if (variant === 'bare') {
    // The same logger, and the same limits of Node's own server, whose timers cost something too.
    const app = Fastify({
      logger: { level: 'silent' },
      connectionTimeout: 120_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 10_000
    })
    addRoute(app)
    return app
  }
  const idle = Array.from({ length: Number(variant) }, (_, index) => {
    return definePlugin({
      name: `idle-${index}`,
      description: 'Does nothing.',
      provides: service<object>(`idle${index}`),
      setup(app) {
        app.addHook('onRequest', (_request, _reply, done) => done())
        app.get(`/idle/${index}`, () => ({}))
        return {}
      }
    })
  })
  const measured = definePlugin({
    name: 'measured',
    description: 'The route.',
    setup: app => addRoute(app as never)
  })
  const entries = [...idle, measured].map((use, index) => [`plugin-${index}`, { use }] as const)
  return createGateway({
    config: { server: { logLevel: 'silent', port: 0 }, plugins: Object.fromEntries(entries) },
    env: {}
  })
}

const app = await build()
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.on('message', message => {
  if (message === 'cpu') process.send?.(process.cpuUsage())
  if (message === 'stop') process.exit()
})
process.on('disconnect', () => process.exit())
process.send?.(url)
