import type { Static } from 'typebox'
import type { SettingProblem } from '../../core/index.ts'
import type { Config } from './config.ts'

/** Settings of the driver `redis` that cannot work. */
export function checkSettings({ driver, redis }: Static<typeof Config>): readonly SettingProblem[] {
  if (driver !== 'redis') return []
  const problems: SettingProblem[] = []
  const add = (name: string, message: string): void => void problems.push({ path: ['redis', name], message })
  const url = URL.canParse(redis.url) ? new URL(redis.url) : undefined
  if (!url || !['redis:', 'rediss:'].includes(url.protocol)) add('url', 'is no redis:// or rediss:// address')
  else if (!/^\/?\d{0,5}$/.test(url.pathname)) add('url', 'names a database that is no number')
  else if (redis.cluster.length > 0 && Number(url.pathname.slice(1)) > 0)
    add('url', 'names a database, and a cluster has only one')
  if (redis.cluster.length > 0 && redis.sentinels.length > 0)
    add('sentinels', 'is there beside a cluster, which needs none')
  for (const name of ['sentinels', 'cluster'] as const)
    if (redis[name].some(address => !URL.canParse(`redis://${address}`))) add(name, 'is no list of host:port')
  return problems
}
