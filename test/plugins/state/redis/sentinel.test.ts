import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freePort } from '../../../servers/free-port.ts'
import { endProcess, hasRedis, launchRedis, replicated, startRedis } from '../../../servers/redis.ts'
import { listen } from './listen.ts'
import { openState } from './open-state.ts'

it.skipIf(!hasRedis)('goes on with the new master after a failover', async () => {
  await using master = await startRedis()
  await using replica = await startRedis('--replicaof', '127.0.0.1', String(master.port))
  const directory = await mkdtemp(join(tmpdir(), 'sentinel-'))
  const port = await freePort()
  const config = [
    `port ${port}`,
    'bind 127.0.0.1',
    `sentinel monitor cards 127.0.0.1 ${master.port} 1`,
    'sentinel down-after-milliseconds cards 200',
    'sentinel failover-timeout cards 2000'
  ]
  await writeFile(join(directory, 'sentinel.conf'), config.join('\n'))
  const sentinel = await launchRedis(['sentinel.conf', '--sentinel'], directory)
  try {
    await expect
      .poll(() => replica.client.info('replication'), { timeout: 10_000 })
      .toContain('master_link_status:up')
    const state = await openState({ sentinels: [`127.0.0.1:${port}`], sentinelName: 'cards' })
    const listener = await listen(state)
    await state.set('a', 'kept')
    await replicated(master, replica)
    await master.kill()
    await expect
      .poll(() => state.set('b', '1').then(() => 'works', String), { timeout: 15_000 })
      .toBe('works')
    expect(await state.get('a')).toBe('kept')
    await expect.poll(() => listener.missed, { timeout: 15_000 }).toBe(1)
    await state.publish('c', 'hello')
    await expect.poll(() => listener.heard).toEqual(['hello'])
    state.close()
  } finally {
    await endProcess(sentinel)
    await rm(directory, { recursive: true })
  }
})
