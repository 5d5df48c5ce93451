import { keyInUse } from '../plugins/database/service.ts'
import { openAudit, type AuditDb, type AuditRow } from '../plugins/sign-bridge/audit-rows.ts'
import type { ChainEnd } from '../plugins/sign-bridge/audit-chain.ts'
import { verifyAudit } from '../plugins/sign-bridge/audit-verify.ts'
import type { BridgeSettings } from '../plugins/sign-bridge/config.ts'
import { keyedDigest, keyPlace, type KeyedDigest } from '../plugins/sign-bridge/secret.ts'
import { UsageError, type Invocation } from './invocation.ts'
import { openDatabase } from './open-database.ts'

const rowsPerPage = 1_000
const usage =
  'usage: paifang audit verify [--head SEQ:HASH] | paifang audit list [--since TIME] [--caller NAME]'

/**
 * `paifang audit verify` and `paifang audit list`: read the audit trail of the configured database, also while the
 * gateway runs.
 * @throws {UsageError} when the arguments make no sense, the configuration has no sign-bridge, or the
 * database file does not exist
 * @throws {StartupError} when the configuration is at fault
 */
export async function audit(invocation: Invocation): Promise<void> {
  const { args, flags } = invocation
  const [what] = args
  if (args.length !== 1 || (what !== 'verify' && what !== 'list')) throw new UsageError(usage)
  const [head, since] = [headIn(flags['head']), timeIn(flags['since'])]
  await using trail = await openTrail(invocation)
  await (what === 'verify' ? verify(trail, head) : list(trail, since, flags['caller']))
}

interface Trail extends AsyncDisposable {
  readonly db: AuditDb
  readonly digest: KeyedDigest
}

async function openTrail({ options }: Invocation): Promise<Trail> {
  const opened = await openDatabase(options)
  try {
    const bridge = opened.entries.find(({ name }) => name === 'sign-bridge')
    if (!bridge) throw new UsageError('the configuration has no sign-bridge, so there is no audit trail')
    const key = await keyInUse(opened.database, keyPlace(bridge.settings as BridgeSettings)).catch(
      (error: Error) => {
        throw new UsageError(error.message)
      }
    )
    return {
      db: await openAudit(opened.database),
      digest: keyedDigest(key),
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]()
    }
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

async function verify({ db, digest }: Trail, noted: ChainEnd | undefined): Promise<void> {
  const verdict = await verifyAudit(db, digest, noted)
  if (!verdict.intact) {
    process.stdout.write(`The audit trail is broken at row ${verdict.seq}: ${verdict.because}.\n`)
    process.exitCode = 1
    return
  }
  const { rows, from, head } = verdict
  const range = rows === 0 ? 'no rows' : `${rows} rows, ${from} to ${head.seq}`
  process.stdout.write(
    `The audit trail is intact: ${range}.\nHead, to be noted elsewhere: ${head.seq}:${head.hash}\n`
  )
}

/** One row a line, oldest first, as JSON. */
async function list({ db }: Trail, since: number, caller: string | undefined): Promise<void> {
  for (let seq = 0; ;) {
    const all = db.selectFrom('sign_audit_rows').selectAll().where('seq', '>', seq).where('at', '>=', since)
    const wanted = caller === undefined ? all : all.where('caller', '=', caller)
    const rows = await wanted.orderBy('seq').limit(rowsPerPage).execute()
    const last = rows.at(-1)
    if (!last) return
    process.stdout.write(rows.map(lineOf).join(''))
    seq = last.seq
  }
}

function lineOf(row: AuditRow): string {
  return `${JSON.stringify({ ...row, at: new Date(row.at).toISOString() })}\n`
}

function headIn(text: string | undefined): ChainEnd | undefined {
  if (text === undefined) return undefined
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  if (seq === undefined || hash === undefined) throw new UsageError(`--head is not SEQ:HASH\n${usage}`)
  return { seq: Number(seq), hash }
}

function timeIn(text: string | undefined): number {
  if (text === undefined) return 0
  const time = Date.parse(text)
  if (Number.isNaN(time))
    throw new UsageError(`--since is no time, such as 2026-01-31 or 2026-01-31T08:00:00Z\n${usage}`)
  return time
}
