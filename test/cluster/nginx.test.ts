import { expect, test } from 'vitest'
import { hasPostgres } from '../servers/postgres.ts'
import { hasRedis } from '../servers/redis.ts'
import { account } from './account.ts'
import { startCluster } from './cluster.ts'
import { startLoads } from './loads.ts'
import { hasNginx, startNginx } from './nginx.ts'

test.skipIf(!hasNginx || !hasRedis || !hasPostgres)(
  'behind the nginx of docs/operations.md, a node comes and one goes by its steps under load, and no request fails',
  { timeout: 180_000 },
  async () => {
    await using cluster = await startCluster(startNginx)
    await cluster.add()
    await cluster.add()
    const loads = await startLoads(cluster)
    await loads.more(5)
    await cluster.add()
    await loads.more(5)
    const leaving = await cluster.holder()
    await cluster.proxy.takeOut(leaving.url)
    expect(await cluster.stop(leaving)).toBe(0)
    await loads.more(5)
    await loads.rest()
    expect(loads.interrupted).toEqual([])
    await account(cluster, loads)
    await loads.stop()
  }
)
