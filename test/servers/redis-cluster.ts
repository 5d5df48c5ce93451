import { startRedis, type RedisServer } from './redis.ts'
import { freePort } from './free-port.ts'

/** A Redis Cluster of three masters. */
export interface RedisCluster extends AsyncDisposable {
  readonly nodes: readonly RedisServer[]
  /** `host:port` of each. */
  readonly addresses: readonly string[]
}

const slots = 16_384

/** Starts three nodes, each with a third of the slots, and waits until they agree on it. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all([0, 1, 2].map(startNode))
  const [first, ...others] = nodes
  if (!first) throw new Error('three nodes were started')
  const share = Math.ceil(slots / nodes.length)
  await Promise.all(
    nodes.map(({ client }, index) => {
      const [from, to] = [index * share, Math.min((index + 1) * share, slots) - 1]
      return client.cluster('ADDSLOTSRANGE', from, to)
    })
  )
  await Promise.all(nodes.map(({ client }, index) => client.cluster('SET-CONFIG-EPOCH', index + 1)))
  for (const { port, busPort } of others)
    await first.client.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort)
  for (const { client } of nodes)
    while (!(await client.cluster('INFO')).includes('cluster_state:ok')) await new Promise(setImmediate)
  return {
    nodes,
    addresses: nodes.map(({ port }) => `127.0.0.1:${port}`),
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map(node => node[Symbol.asyncDispose]()))
    }
  }
}

async function startNode(_: unknown, index: number): Promise<RedisServer & { readonly busPort: number }> {
  const busPort = await freePort()
  const file = `nodes-${process.pid}-${index}-${busPort}.conf`
  const options = [
    '--cluster-enabled',
    'yes',
    '--cluster-config-file',
    file,
    '--cluster-port',
    String(busPort)
  ]
  return Object.assign(await startRedis(...options), { busPort })
}
