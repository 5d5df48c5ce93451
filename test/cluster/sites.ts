import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeSite, type Serve, type Site } from '../e2e/target.ts'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import { startNode } from './node.ts'
import { startRoundRobin, type RoundRobin } from './round-robin.ts'

/** Three nodes behind one address that serve one site after the other. */
export interface Sites extends AsyncDisposable {
  readonly proxy: RoundRobin
  /** Lets all nodes take over a site, with keys and a database that nobody has used. The one before is gone then. */
  readonly serve: Serve
}

/** What only a card's holder can do, as the configuration of nginx in docs/operations.md has it. */
function signingPaths(): RegExp {
  const [, pattern] = /location ~ (\S+) \{/.exec(readFileSync('docs/operations.md', 'utf8')) ?? []
  if (pattern === undefined) throw new Error('docs/operations.md does not say which paths sign')
  return new RegExp(pattern)
}

/** Starts Redis, PostgreSQL, a proxy and three processes of the built program. */
export async function startSites(): Promise<Sites> {
  const folder = mkdtempSync(join(tmpdir(), 'paifang-sites-'))
  const redis = await startRedis()
  const postgres = await startPostgres()
  const proxy = await startRoundRobin({ signing: signingPaths() })
  let count = 0

  async function write({ plugins, files }: Site): Promise<void> {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
    writeSite(folder, files, {
      server: { adminPort: 0, trustProxy: true, drainMs: 0, closeMs: 5_000 },
      plugins: {
        'api-error': true,
        state: { driver: 'redis', redis: { url: redis.url, keyPrefix: `site-${++count}:` } },
        database: { driver: 'postgres', postgres: { url: await postgres.database() } },
        ...plugins
      }
    })
  }

  await write({ plugins: {} })
  const nodes = await Promise.all([1, 2, 3].map(() => startNode(folder)))
  for (const { url } of nodes) await proxy.add(url)
  return {
    proxy,
    async serve(site) {
      for (const { url } of nodes) await proxy.remove(url)
      await write(site)
      await Promise.all(
        nodes.map(async ({ url, admin }) => {
          const answer = await fetch(`${admin}/reload`, { method: 'POST' })
          if (!answer.ok) throw new Error(`a node did not take over the site: ${await answer.text()}`)
          await proxy.add(url)
        })
      )
      const since = nodes.map(({ program }) => program.output().length)
      const logs = (): string[] => nodes.map(({ program }, at) => program.output().slice(since[at]))
      return { url: proxy.url, folder, logs }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map(({ program }) => program[Symbol.asyncDispose]()))
      await proxy[Symbol.asyncDispose]()
      await Promise.all([redis, postgres].map(server => server[Symbol.asyncDispose]()))
      rmSync(folder, { recursive: true })
    }
  }
}
