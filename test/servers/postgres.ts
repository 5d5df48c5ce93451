import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { freePort } from './free-port.ts'

/** Debian keeps the programs of the server out of the path. */
const installed = '/usr/lib/postgresql'
const versions = existsSync(installed) ? readdirSync(installed).toSorted((a, b) => Number(b) - Number(a)) : []
const binaries = versions
  .map(version => join(installed, version, 'bin'))
  .find(bin => existsSync(join(bin, 'initdb')))
/** PostgreSQL refuses to run as root. */
const asUser =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : []

/** Whether there is a PostgreSQL to test with. */
export const hasPostgres = binaries !== undefined

if (!hasPostgres) console.warn('no PostgreSQL server: the tests with one are skipped')

/** A PostgreSQL of the tests' own, on a port of the loopback interface. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number
  /** A new, empty database. */
  database(): Promise<string>
  /** Runs SQL behind the back of what is tested. */
  run(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Ends the server at once, as a crash does, without losing what was committed. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** Makes a cluster of databases and starts its server. */
export async function startPostgres(): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'postgres-'))
  await chmod(directory, 0o777)
  const data = join(directory, 'data')
  const init = command(
    'initdb',
    '-D',
    data,
    '-U',
    'paifang',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-locale',
    '--no-sync'
  )
  const made = spawnSync(init.program, init.options, { cwd: directory, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`, { cause: made.error })
  const port = await freePort()
  let server = await launch(data, port)
  let databases = 0
  const base = `postgres://paifang@127.0.0.1:${port}`
  const run: PostgresServer['run'] = async sql => {
    const client = new Client(`${base}/postgres`)
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end()
    }
  }
  return {
    port,
    run,
    async database() {
      const name = `test_${++databases}`
      await run(`create database ${name}`)
      return `${base}/${name}`
    },
    async kill() {
      await end(server)
    },
    async start() {
      server = await launch(data, port)
    },
    async [Symbol.asyncDispose]() {
      await end(server)
      await rm(directory, { recursive: true })
    }
  }
}

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach(child => child.kill('SIGQUIT')))

async function launch(data: string, port: number): Promise<ChildProcess> {
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${data}`,
    'fsync=off',
    'max_connections=100'
  ]
  const { program, options } = command(
    'postgres',
    '-D',
    data,
    ...settings.flatMap(setting => ['-c', setting])
  )
  const child = spawn(program, options, { stdio: ['ignore', 'inherit', 'pipe'], cwd: data })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const lines: string[] = []
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`postgres ended:\n${lines.join('\n')}`)))
  })
  failed.catch(() => undefined)
  const ready = new Promise<void>(resolve => {
    createInterface(child.stderr).on('line', line => {
      lines.push(line)
      if (line.includes('ready to accept connections')) resolve()
    })
  })
  await Promise.race([ready, failed])
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  // An immediate shutdown: its own processes go with it, and what was committed is recovered at the next start.
  child.kill('SIGQUIT')
  await ended
}

function command(
  name: string,
  ...options: readonly string[]
): { readonly program: string; readonly options: string[] } {
  const [program = '', ...rest] = [...asUser, join(binaries ?? '', name), ...options]
  return { program, options: rest }
}
