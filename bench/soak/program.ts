import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Inspector, type Holdings } from './inspector.ts'

/** A line of the log at `warn` or worse. */
export interface Complaint {
  readonly level: number
  readonly msg: string
  /** Of the error that a client was answered with. */
  readonly key?: string
  readonly event?: string
  readonly err?: { readonly code?: string; readonly message?: string; readonly stack?: string }
}

/** What is recorded at each look. */
export interface Sample extends Holdings {
  /** p99 of the delay of the event loop since the last look. */
  readonly lagP99Ms: number
  /** CPU time since the start. */
  readonly cpuS: number
  readonly streams: number
  readonly sockets: number
  /** Requests that are not answered yet. */
  readonly inFlight: number
}

/** The built program, as `npx paifang start` runs it in a folder, with an inspector. */
export interface Program {
  readonly url: string
  readonly pid: number
  /** Of the admin listener. It has another after a reload that moves it. */
  adminUrl(): string
  sample(): Promise<Sample>
  snapshot(write: (text: string) => void): Promise<void>
  /** Resolves when the log has said `text` once more than at the time of the call. */
  says(text: string): Promise<void>
  /** How often one of the secrets stood in the log. */
  leaks(): number
  /** Sends SIGTERM. Resolves with the exit code. */
  stop(): Promise<number | null>
}

export interface ProgramOptions {
  readonly folder: string
  readonly complained: (complaint: Complaint) => void
  /** Every line of the log, for who keeps it. */
  readonly logged: (line: string) => void
  readonly secrets: readonly string[]
}

const cli = join(import.meta.dirname, '../../dist/cli.js')

/** @throws {Error} when it ends before it has started */
export async function startProgram({
  folder,
  complained,
  logged,
  secrets
}: ProgramOptions): Promise<Program> {
  const { PATH, HOME } = process.env
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', cli, 'start'], {
    cwd: folder,
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  const watchers = new Set<(text: string) => void>()
  const urls: Record<string, string> = {}
  const errors: string[] = []
  let leaks = 0
  createInterface(child.stdout).on('line', line => {
    if (!line.startsWith('{')) return
    if (secrets.some(secret => line.includes(secret))) leaks++
    const { msg, url, ...rest } = JSON.parse(line) as Complaint & { url?: string }
    logged(line)
    if (url !== undefined) urls[msg.startsWith('started ') ? 'started' : msg] = url
    for (const watch of watchers) watch(msg)
    if (rest.level >= 40) complained({ msg, ...rest })
  })
  const inspectorUrl = new Promise<string>(resolve => {
    createInterface(child.stderr).on('line', line => {
      const [, found] = /^Debugger listening on (ws:\S+)/.exec(line) ?? []
      if (found !== undefined) resolve(found)
      else if (!/^(For help, see|Debugger attached|Debugger ending)/.test(line)) {
        errors.push(line)
        complained({ level: 60, msg: `standard error: ${line}` })
      }
    })
  })
  const gone = once(child, 'close').then(([code]) => code as number | null)
  const died = gone.then(() => Promise.reject(new Error(`the program ended:\n${errors.join('\n')}`)))
  died.catch(() => undefined)
  const says = (text: string): Promise<void> =>
    new Promise(resolve => {
      const watch = (msg: string): void => {
        if (!msg.startsWith(text)) return
        watchers.delete(watch)
        resolve()
      }
      watchers.add(watch)
    })
  await Promise.race([says('started '), died])
  const seen = async (page: string): Promise<string> => {
    const response = await fetch(`${urls['admin listener']}/${page}`)
    if (!response.ok) throw new Error(`/${page} of the admin listener was answered with ${response.status}`)
    return response.text()
  }
  const inspector = await Inspector.open(await inspectorUrl)
  return {
    url: urls['started'] ?? '',
    pid: child.pid ?? 0,
    adminUrl: () => urls['admin listener'] ?? '',
    async sample() {
      // As operators look at it, with the page of `console` beside the metrics.
      const [metrics = ''] = await Promise.all(['metrics', 'console', 'health'].map(seen))
      const read = (name: string): number =>
        [...metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
          (sum, [, value]) => sum + Number(value),
          0
        )
      return {
        ...(await inspector.holdings()),
        lagP99Ms: 1_000 * read('nodejs_eventloop_lag_p99_seconds'),
        cpuS: read('process_cpu_seconds_total'),
        streams: read('paifang_sse_connections'),
        sockets: read('paifang_ws_connections'),
        inFlight: read('paifang_http_requests_in_flight')
      }
    },
    snapshot: write => inspector.snapshot(write),
    says: text => Promise.race([says(text), died]),
    leaks: () => leaks,
    async stop() {
      inspector.close()
      child.kill('SIGTERM')
      const code = await gone
      process.off('exit', kill)
      return code
    }
  }
}
