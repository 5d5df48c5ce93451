import { Cluster, Redis } from 'ioredis'
import type { FastifyBaseLogger } from 'fastify'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../../core/index.ts'
import { Outage, serverName } from './outage.ts'
import {
  addressOf,
  clusterOptions,
  commandOptions,
  listenerOptions,
  type RedisSettings
} from './redis-options.ts'
import { RedisFigures } from './redis-figures.ts'
import { RedisState } from './redis-state.ts'
import { withScripts } from './scripts.ts'
import { Subscriptions } from './subscriptions.ts'

/**
 * Connects to Redis. When that takes longer than `timeoutMs`, the state is returned all the same: its calls fail until
 * there is a connection, which is tried for as long as it takes.
 */
export async function openRedis(
  settings: RedisSettings,
  { clock, log }: { readonly clock: Clock; readonly log: FastifyBaseLogger }
): Promise<RedisState> {
  const { keyPrefix: prefix, timeoutMs } = settings
  const nodes = settings.cluster.map(addressOf)
  const client =
    nodes.length > 0 ? new Cluster(nodes, clusterOptions(settings)) : new Redis(commandOptions(settings))
  const listening = new Redis(listenerOptions(settings))
  const commands = withScripts(client)
  const figures = new RedisFigures()
  const server = serverName(settings)
  const outage = new Outage({ server, connections: ['commands', 'messages'], clock, log })
  for (const [connection, name] of [
    [client, 'commands'],
    [listening, 'messages']
  ] as const) {
    connection.on('error', (error: Error) => outage.failed(name, error))
    connection.on('ready', () => {
      figures.connects[name]++
      outage.ready(name)
    })
  }
  const subscriptions = new Subscriptions({
    client: listening,
    prefix: `${prefix}channel:`,
    timeoutMs,
    clock,
    log
  })
  const both = [client, listening] as const
  const ready = Promise.all(both.map(connection => connection.connect().catch(() => undefined)))
  await Promise.race([ready, delay(timeoutMs, undefined, { ref: false })])
  return new RedisState({
    client: commands,
    figures,
    subscriptions,
    outage,
    prefix,
    clock,
    log,
    disconnect: () => both.forEach(connection => connection.disconnect())
  })
}
