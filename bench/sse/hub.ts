import { createGateway, definePlugin } from '../../src/core/index.ts'
import apiError from '../../src/plugins/api-error/index.ts'
import sseHub from '../../src/plugins/sse-hub/index.ts'
import { SseHub } from '../../src/plugins/sse-hub/service.ts'
import type { Way } from './ways.ts'

const topic = 'news'
const everybody = 1_000_000

/** The gateway with the hub, history and all, and a route in place of `GET /v1/events`: no token is checked. */
export async function hub(): Promise<Way> {
  const route = definePlugin({
    name: 'bench-route',
    description: 'One topic for all.',
    needs: { hub: SseHub },
    setup(app, needs) {
      app.get('/', async (request, reply) => {
        await needs.hub.subscribe(request, reply, { topics: [topic] })
      })
    }
  })
  const app = await createGateway({
    builtins: [apiError, sseHub],
    env: {},
    config: {
      server: { port: 0 },
      plugins: {
        'api-error': true,
        'sse-hub': { maxStreams: everybody, maxStreamsPerIp: everybody, heartbeatMs: 300_000 },
        'bench-route': { use: route }
      }
    }
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const service = app.getDecorator<SseHub>(SseHub.name)
  return { url, publish: event => void service.publish(topic, { data: event }) }
}
