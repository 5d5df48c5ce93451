import { startRedis, type RedisServer } from './redis.ts'
import { freePort } from './free-port.ts'

/** A node of a Redis Cluster. */
export interface ClusterNode extends RedisServer {
  readonly busPort: number
}

/** A Redis Cluster of three masters. */
export interface RedisCluster extends AsyncDisposable {
  /** The masters as it begins. */
  readonly nodes: readonly ClusterNode[]
  /** One for each of `nodes`, where they were asked for. */
  readonly replicas: readonly ClusterNode[]
  /** `host:port` of each of `nodes`. */
  readonly addresses: readonly string[]
}

export interface ClusterOptions {
  /** Whether each master has a replica, which takes over soon after it is gone. Default: false. */
  readonly replicas?: boolean
}

const slots = 16_384
/** Milliseconds of silence after which a node counts as gone. */
const nodeTimeoutMs = 1_000

/** Starts three masters, each with a third of the slots, and waits until all agree on it. */
export async function startRedisCluster({ replicas = false }: ClusterOptions = {}): Promise<RedisCluster> {
  const all = await Promise.all(Array.from({ length: replicas ? 6 : 3 }, startNode))
  const [masters, others] = [all.slice(0, 3), all.slice(3)]
  const [first] = masters
  if (!first) throw new Error('three nodes were started')
  const share = Math.ceil(slots / masters.length)
  await Promise.all(
    masters.map(({ client }, index) => {
      const [from, to] = [index * share, Math.min((index + 1) * share, slots) - 1]
      return client.cluster('ADDSLOTSRANGE', from, to)
    })
  )
  await Promise.all(all.map(({ client }, index) => client.cluster('SET-CONFIG-EPOCH', index + 1)))
  for (const { port, busPort } of all.slice(1))
    await first.client.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort)
  for (const { client } of all) await until(client, 'cluster', 'INFO', 'cluster_state:ok')
  await Promise.all(
    others.map(async ({ client }, index) => {
      const id = (await masters[index]?.client.cluster('MYID')) ?? ''
      // It may not have heard of its master until now.
      await until(client, 'cluster', 'NODES', id)
      await client.cluster('REPLICATE', id)
      await until(client, 'info', 'replication', 'master_link_status:up')
    })
  )
  return {
    nodes: masters,
    replicas: others,
    addresses: masters.map(({ port }) => `127.0.0.1:${port}`),
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map(node => node[Symbol.asyncDispose]()))
    }
  }
}

/** Resolves when what a node says of something has this in it. */
async function until(
  client: ClusterNode['client'],
  command: string,
  about: string,
  said: string
): Promise<void> {
  while (!String(await client.call(command, about)).includes(said)) await new Promise(setImmediate)
}

async function startNode(_: unknown, index: number): Promise<ClusterNode> {
  const busPort = await freePort()
  const file = `nodes-${process.pid}-${index}-${busPort}.conf`
  const options = [
    '--cluster-enabled',
    'yes',
    '--cluster-config-file',
    file,
    '--cluster-port',
    String(busPort),
    '--cluster-node-timeout',
    String(nodeTimeoutMs),
    '--cluster-replica-validity-factor',
    '0',
    '--repl-diskless-sync-delay',
    '0'
  ]
  return Object.assign(await startRedis(...options), { busPort })
}
