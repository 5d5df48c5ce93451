import type { ClusterOptions, RedisOptions } from 'ioredis'
import { anyNode, type NodeAddress } from './any-node.ts'

/** Where Redis is, and how it is spoken to. */
export interface RedisSettings {
  /** `redis://` or `rediss://` with user, password, host, port and database, as far as they matter. */
  readonly url: string
  /** `host:port` of Sentinels; the host and port of `url` do not count then. */
  readonly sentinels: readonly string[]
  /** What the Sentinels call the master. */
  readonly sentinelName: string
  /** `host:port` of some nodes of a cluster; the host, port and database of `url` do not count then. */
  readonly cluster: readonly string[]
  /** What all keys and channels begin with. */
  readonly keyPrefix: string
  /** After which a command counts as failed. Milliseconds. */
  readonly timeoutMs: number
}

/** Milliseconds until the next attempt to connect. */
const retryMs = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt - 1, 6), 2_000)

/**
 * What every connection has in common. Nothing is sent twice: what was under way when a connection broke has failed, and
 * whoever asked has to know.
 */
function connection(settings: RedisSettings): RedisOptions {
  const { username, password, protocol, hostname, port, pathname } = new URL(settings.url)
  const text = (part: string): string | undefined => decodeURIComponent(part) || undefined
  const [user, secret] = [text(username), text(password)]
  return {
    ...(user && { username: user }),
    ...(secret && { password: secret }),
    ...(protocol === 'rediss:' && { tls: { servername: hostname } }),
    host: hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(port) || 6379,
    db: Number(pathname.slice(1)) || 0,
    lazyConnect: true,
    autoResendUnfulfilledCommands: false,
    connectTimeout: settings.timeoutMs,
    commandTimeout: settings.timeoutMs,
    disconnectTimeout: 200,
    keepAlive: 10_000,
    retryStrategy: retryMs,
    // After a failover the old master answers, and refuses to write.
    reconnectOnError: error => error.message.startsWith('READONLY')
  }
}

/** A connection for commands: refused at once while there is none, and pipelined by turns of the event loop. */
export function commandOptions(settings: RedisSettings): RedisOptions {
  return {
    ...connection(settings),
    ...sentinel(settings),
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0
  }
}

/** A connection that listens. Whoever listens asks again with every new one. */
export function listenerOptions(settings: RedisSettings): RedisOptions {
  const { cluster, timeoutMs } = settings
  return {
    ...connection(settings),
    ...sentinel(settings),
    ...(cluster.length > 0 && { db: 0, Connector: anyNode(cluster.map(addressOf), timeoutMs) }),
    maxRetriesPerRequest: null,
    autoResubscribe: false
  }
}

export function clusterOptions(settings: RedisSettings): ClusterOptions {
  const { username, password, tls, autoResendUnfulfilledCommands, connectTimeout, keepAlive } =
    connection(settings)
  return {
    redisOptions: {
      ...(username && { username }),
      ...(password && { password }),
      ...(tls && { tls: {} }),
      autoResendUnfulfilledCommands,
      connectTimeout,
      keepAlive,
      maxRetriesPerRequest: 0,
      commandTimeout: settings.timeoutMs
    },
    lazyConnect: true,
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: retryMs,
    slotsRefreshTimeout: settings.timeoutMs
  }
}

function sentinel({ sentinels, sentinelName }: RedisSettings): RedisOptions {
  return sentinels.length === 0 ? {} : { sentinels: sentinels.map(addressOf), name: sentinelName }
}

/** `host:port`, `[::1]:26379`. */
export function addressOf(text: string): NodeAddress {
  const { hostname, port } = new URL(`redis://${text}`)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 6379 }
}
