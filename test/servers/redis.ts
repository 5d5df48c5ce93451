import { Redis } from 'ioredis'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './free-port.ts'

/** Whether there is a Redis to test with. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

if (!hasRedis) console.warn('no redis-server: the tests with a Redis are skipped')

/** A Redis of the tests' own, which keeps nothing on disk. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** A connection for what a test does behind the back of what it tests. */
  readonly client: Redis
  /** Ends the process without a word, as `kill -9` does. What it held is lost. */
  kill(): Promise<void>
  /** Starts it again on the same port, empty. */
  start(): Promise<void>
  /** Lets time pass: all keys expire by so much earlier. Milliseconds. */
  advance(ms: number): Promise<void>
}

const advanceScript = `
  local cursor = '0'
  repeat
    local page = redis.call('SCAN', cursor, 'COUNT', 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do
      local left = redis.call('PTTL', key)
      if left >= 0 then redis.call('PEXPIRE', key, math.max(left - tonumber(ARGV[1]), 0)) end
    end
  until cursor == '0'`

/**
 * Starts `redis-server` on a free port of the loopback interface.
 * @param options of the server, such as `--maxmemory 2mb`
 */
export async function startRedis(...options: readonly string[]): Promise<RedisServer> {
  const port = await freePort()
  const directory = await mkdtemp(join(tmpdir(), 'redis-'))
  const arguments_ = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    ...options
  ]
  const launch = (): Promise<ChildProcess> => launchRedis(arguments_, directory)
  let server = await launch()
  const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 20 })
  client.on('error', () => undefined)
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    client,
    async kill() {
      await endProcess(server)
    },
    async start() {
      server = await launch()
    },
    async advance(ms) {
      await client.eval(advanceScript, 0, ms)
    },
    async [Symbol.asyncDispose]() {
      client.disconnect()
      await endProcess(server)
      await rm(directory, { recursive: true })
    }
  }
}

/**
 * Resolves when a replica has all that its master was told until now. `WAIT` says so only of what its own connection has
 * written.
 */
export async function replicated(master: RedisServer, replica: RedisServer): Promise<void> {
  const wanted = await offsetOf(master)
  while ((await offsetOf(replica)) < wanted) await new Promise(setImmediate)
}

async function offsetOf({ client }: RedisServer): Promise<number> {
  const said = await client.info('replication')
  return Number(/master_repl_offset:(?<bytes>\d+)/.exec(said)?.groups?.['bytes'])
}

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach(child => child.kill('SIGKILL')))

/** Starts a process of `redis-server` and waits until it takes connections. */
export async function launchRedis(options: readonly string[], cwd: string): Promise<ChildProcess> {
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'], cwd })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const lines: string[] = []
  const failed = new Promise<never>((_, reject) => {
    child.once('error', error =>
      reject(new Error('redis-server is needed for these tests', { cause: error }))
    )
    child.once('exit', () => reject(new Error(`redis-server ended:\n${lines.join('\n')}`)))
  })
  failed.catch(() => undefined)
  const ready = new Promise<void>(resolve => {
    createInterface(child.stdout).on('line', line => {
      lines.push(line)
      if (/Ready to accept connections|Sentinel ID is/.test(line)) resolve()
    })
  })
  await Promise.race([ready, failed])
  return child
}

/** Ends it without a word, and waits until it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
