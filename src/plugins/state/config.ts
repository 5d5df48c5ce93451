import { Type } from 'typebox'

const address = { minLength: 1, maxLength: 300, pattern: '^[^\\s/@]+$' }

export const Config = Type.Object({
  driver: Type.Enum(['memory', 'redis'], {
    default: 'memory',
    description: 'Where the facts are kept: in this process, or in a Redis that all nodes share.'
  }),
  maxKeys: Type.Integer({
    default: 100_000,
    minimum: 1,
    maximum: 10_000_000,
    description: 'Keys and held locks that the memory driver keeps. One more is refused; none is evicted.'
  }),
  redis: Type.Object(
    {
      url: Type.String({
        default: 'redis://127.0.0.1:6379',
        secret: true,
        minLength: 1,
        description:
          'Address of the Redis, `rediss://` with TLS, with user, password and database where it has them.'
      }),
      sentinels: Type.Array(Type.String(address), {
        default: [],
        maxItems: 20,
        description: 'Sentinels, each as host:port, in place of the host in the address.'
      }),
      sentinelName: Type.String({
        default: 'mymaster',
        minLength: 1,
        description: 'What the Sentinels call the master.'
      }),
      cluster: Type.Array(Type.String(address), {
        default: [],
        maxItems: 100,
        description: 'Some nodes of a Redis Cluster, each as host:port, in place of the host in the address.'
      }),
      keyPrefix: Type.String({
        default: 'paifang:',
        maxLength: 100,
        pattern: '^[^{}]*$',
        description: 'What all keys and channels begin with. Gateways with the same one share everything.'
      }),
      timeoutMs: Type.Integer({
        default: 2_000,
        minimum: 50,
        maximum: 60_000,
        description: 'After which a command, or an attempt to connect, counts as failed.'
      })
    },
    { description: 'The Redis of the driver `redis`.' }
  )
})
