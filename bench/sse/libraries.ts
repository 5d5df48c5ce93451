import sse from '@fastify/sse'
import { createChannel, createSession } from 'better-sse'
import { fastify, type FastifyReply } from 'fastify'
import { listen } from './raw.ts'
import type { Way } from './ways.ts'

// Signs of life are off: they would count for whoever waits longest for its turn.

/** better-sse: a channel that all sessions are in. */
export async function betterSse(): Promise<Way> {
  const channel = createChannel()
  const url = await listen((request, response) => {
    void createSession(request, response, { keepAlive: null }).then(session => channel.register(session))
  })
  return { url, publish: event => channel.broadcast(event) }
}

/** `@fastify/sse`, which has no broadcast: a loop over all replies. */
export async function fastifySse(): Promise<Way> {
  const app = fastify()
  await app.register(sse.default, { heartbeatInterval: 0 })
  const replies = new Set<FastifyReply>()
  let lastId = 0
  app.get('/', { sse: true }, async (_, reply) => {
    reply.sse.keepAlive()
    // Nothing leaves before the first event.
    await reply.sse.send({ data: 'hello' })
    replies.add(reply)
    reply.sse.onClose(() => replies.delete(reply))
  })
  return {
    url: await app.listen({ host: '127.0.0.1', port: 0 }),
    publish: event => {
      const id = String(++lastId)
      for (const reply of replies) void reply.sse.send({ id, data: event })
    }
  }
}
