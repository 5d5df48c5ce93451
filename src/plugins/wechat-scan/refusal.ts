import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'

/** Why a request is not taken for one of WeChat's, and what its operator may look at. No caller is told. */
const reasons = {
  query: 'the query is not one that WeChat writes',
  signature: 'the signature is wrong: compare the Token with the console',
  stale: 'the signed time is too far from ours: a replay, or a clock that is off',
  unencrypted: 'it is not encrypted: compare the mode with the console',
  envelope: 'the body holds no encrypted message',
  message: 'the message does not open: compare EncodingAESKey and AppID with the console',
  format: 'the body is not one that WeChat writes',
  replay: 'its signature was used with another body: an attack'
} as const

export type RefusalReason = keyof typeof reasons

/** A request that is refused. All are answered alike. */
export class Refusal extends Error {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason) {
    super(reasons[reason])
    this.name = 'Refusal'
    this.reason = reason
  }
}

const quietMs = 60_000

/** Logs refusals, each kind of an account at most once a minute: anybody can cause them. */
export function refusalLog(
  log: FastifyBaseLogger,
  clock: Clock
): (account: string, refusal: Refusal) => void {
  const last = new Map<string, { at: number; count: number }>()
  return (account, { reason, message }) => {
    const key = `${account}:${reason}`
    const now = clock.monotonic()
    const seen = last.get(key)
    if (seen && now - seen.at < quietMs) {
      seen.count++
      return
    }
    last.set(key, { at: now, count: 0 })
    log.warn({ account, reason, alike: seen?.count ?? 0 }, `a push was refused: ${message}`)
  }
}
