import { execFile } from 'node:child_process'
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { mulberry32 } from '../../src/plugins/sign-simulator/random.ts'
import type { Figure } from '../figures.ts'
import { adminSecret } from '../im/accounts.ts'
import { asking } from './ask.ts'
import { chat } from './chat.ts'
import { startFakes } from './fakes.ts'
import { hostile } from './hostile.ts'
import { Ledger } from './ledger.ts'
import type { Field, Load, Running } from './load.ts'
import { portal } from './portal.ts'
import { startProgram, type Complaint, type Sample } from './program.ts'
import { makeProject } from './project.ts'
import { rowsOf } from './rows.ts'
import { scans } from './scans.ts'
import { strikeAll, type Strike } from './schedule.ts'
import { signing } from './signing.ts'
import { streams } from './streams.ts'
import { settled, watch, type Recorded } from './watch.ts'
import { worker } from './worker.ts'

export interface RunOptions {
  readonly seconds: number
  readonly seed: number
  /** How much of everything: 1 is as much as README.md says. */
  readonly rate: number
  /** Where the log and, if wanted, heap snapshots go. */
  readonly out: string
  /** Writes a heap snapshot after the warm-up and one before the loads end. */
  readonly snapshots: boolean
  /** Told of each look. */
  readonly watched: (record: Recorded, strikes: readonly Strike[]) => void
}

/** All of a run. */
export interface Result {
  readonly seconds: number
  /** Whether state was in a Redis. */
  readonly hasRedis: boolean
  readonly records: readonly Recorded[]
  readonly strikes: readonly Strike[]
  readonly ledger: Ledger
  /** Before the loads, and when they had all gone. */
  readonly before: Sample
  readonly after: Sample
  readonly exitCode: number | null
  readonly leaks: number
  readonly auditIntact: boolean
  /** What the loads found in the database afterwards. */
  readonly checks: readonly Figure[]
}

/** The share of a run after which it counts as warm. */
export const warmUp = 0.2
const loads: readonly Load[] = [worker, signing, scans, chat, streams, portal, hostile]

export async function run({ seconds, seed, rate, out, snapshots, watched }: RunOptions): Promise<Result> {
  mkdirSync(out, { recursive: true })
  const folder = mkdtempSync(join(tmpdir(), 'paifang-soak-'))
  await using fakes = await startFakes()
  const project = await makeProject(folder, fakes)
  const began = performance.now()
  const ledger = new Ledger(() => performance.now() - began)
  const log = createWriteStream(join(out, 'gateway.log'))
  const program = await startProgram({
    folder,
    secrets: [project.password, project.clientSecret, adminSecret, 'old-paifang', '88888888'],
    logged: line =>
      void (/^{"level":[3-6]0/.test(line) && !line.startsWith('{"level":30') && log.write(`${line}\n`)),
    complained: complaint => complained(ledger, complaint)
  })
  const { url } = program
  const ask = asking(url, ledger, mulberry32(seed))
  const field: Field = { url, fakes, project, ledger, ask, random: mulberry32(seed + 1), rate }
  const snapshot = async (name: string): Promise<void> => {
    if (!snapshots) return
    const file = createWriteStream(join(out, `${name}.heapsnapshot`))
    await program.snapshot(text => void file.write(text))
    file.end()
  }

  await (await fetch(`${url}/healthz`)).text()
  await sleep(1_000)
  const before = await program.sample()
  const running: Running[] = []
  for (const load of loads) running.push(await load(field))
  const strikes: Strike[] = []
  const records: Recorded[] = []
  const striking = strikeAll({ field, program, loads: running }, seconds, mulberry32(seed + 2), strikes)
  let isStruck = false
  const struck = striking.finally(() => (isStruck = true))
  struck.catch(() => undefined)
  let isWarm = false
  await watch(
    program,
    ledger,
    seconds * 1_000,
    () => isStruck,
    async record => {
      records.push(record)
      watched(record, strikes)
      if (isWarm || record.atMs < seconds * 1_000 * warmUp * 1.25) return
      isWarm = true
      await snapshot('warm')
    }
  )
  await struck
  await snapshot('late')
  await Promise.all(running.map(load => load.stop()))
  ask.close()
  const after = await settled(program, before)
  const leaks = program.leaks()
  const exitCode = await program.stop()
  log.end()
  const auditIntact = await isAuditIntact(folder)
  using rows = rowsOf(project.database)
  const checks = running.flatMap(load => load.check?.(rows) ?? [])
  rmSync(folder, { recursive: true })
  const hasRedis = fakes.redis !== undefined
  return { seconds, hasRedis, records, strikes, ledger, before, after, exitCode, leaks, auditIntact, checks }
}

/** Every error in the log is one to explain, but for those that a client was told, who has noted them. */
function complained(ledger: Ledger, { level, msg, key, err }: Complaint): void {
  if (level >= 50 && (key === undefined || key === 'internal'))
    ledger.failed(
      'log',
      `${msg}${err?.code === undefined ? '' : ` (${err.code})`}`,
      ledger.now(),
      err?.stack ?? err?.message
    )
}

async function isAuditIntact(folder: string): Promise<boolean> {
  const { PATH, HOME } = process.env
  const cli = join(import.meta.dirname, '../../dist/cli.js')
  const verified = promisify(execFile)(process.execPath, [cli, 'audit', 'verify'], {
    cwd: folder,
    env: { PATH, HOME }
  })
  return verified.then(
    () => true,
    () => false
  )
}
