import type { FastifyRequest } from 'fastify'
import type { AddressInfo } from 'node:net'
import { Clock, definePlugin, optional } from '../../../src/core/index.ts'
import apiError from '../../../src/plugins/api-error/index.ts'
import sseHub from '../../../src/plugins/sse-hub/index.ts'
import { SseHub, type EventStream, type SubscribeOptions } from '../../../src/plugins/sse-hub/service.ts'
import { State } from '../../../src/plugins/state/service.ts'
import { testPlugin, type TestGateway } from '../../../src/testing/index.ts'
import { openReader, type Reader, type ReaderOptions } from './reader.ts'

/** What a test's hub is started with. */
export interface RigOptions {
  readonly config?: object
  readonly clock?: Clock
  /** What it shares with other nodes. */
  readonly state?: State
  /** Added to what the route gives `subscribe`. */
  readonly subscribe?: (request: FastifyRequest) => Partial<SubscribeOptions>
  readonly logs?: string[]
  /** Other plugins to start with it. */
  readonly with?: readonly (readonly [unknown, object?])[]
}

/** A gateway with the hub, and `GET /stream?topics=a,b&principal=p`, on a real socket. */
export interface Rig extends AsyncDisposable {
  readonly app: TestGateway<unknown>
  readonly hub: SseHub
  readonly url: string
  /** The server's side of the streams that were opened, in order. */
  readonly streams: EventStream[]
  /** Reads the topics, separated by commas. */
  read(topics: string, options?: ReaderOptions & { readonly principal?: string }): Promise<Reader>
  /** A count by its name. */
  count(name: string): number
}

export async function startRig({
  config,
  clock,
  state,
  subscribe,
  logs,
  ...others
}: RigOptions = {}): Promise<Rig> {
  const streams: EventStream[] = []
  const route = definePlugin({
    name: 'test-route',
    description: 'A stream over the topics in the query.',
    needs: { hub: SseHub, clock: optional(Clock), state: optional(State) },
    setup(app, { hub }) {
      app.get('/stream', async (request, reply) => {
        const { topics = '', principal } = request.query as { topics?: string; principal?: string }
        const names = topics.split(',').filter(Boolean)
        const options = { topics: names, ...(principal && { principal }), ...subscribe?.(request) }
        streams.push(await hub.subscribe(request, reply, options))
      })
    }
  })
  const app = await testPlugin(route, {
    services: { ...(clock && { clock }), ...(state && { state }) },
    with: [[apiError], [sseHub, config], ...(others.with ?? [])] as never,
    server: { logLevel: logs ? 'trace' : 'silent', drainMs: 0, closeMs: 5_000 },
    logDestination: { write: line => void logs?.push(line) }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const hub = app.getDecorator<SseHub>(SseHub.name)
  const readers: Reader[] = []
  return {
    app,
    hub,
    url,
    streams,
    async read(topics, { principal, ...options } = {}) {
      const query = new URLSearchParams({ topics, ...(principal && { principal }) })
      const reader = await openReader(`${url}/stream?${query.toString()}`, options)
      readers.push(reader)
      return reader
    },
    count: name => hub.status().counters[name] ?? Number.NaN,
    async [Symbol.asyncDispose]() {
      for (const reader of readers) reader.leave()
      await app.close()
    }
  }
}
