import { ApiError } from '../api-error/service.ts'
import type { AuditLog } from './audit-log.ts'
import { textDigest } from './audit-rows.ts'
import { Errors } from './errors.ts'
import { deviceOf } from './passage.ts'
import type { KeyedDigest } from './secret.ts'
import type { Stage } from './stage.ts'

/** Whether a signature is withheld when its row cannot be written. */
export type AuditPolicy = 'required' | 'best-effort'

/** Rows of requests of which nothing was sent are left out while so many wait: a flood must not fill the memory. */
const backlogMax = 10_000

/**
 * Writes a row for every request that has ended, before its caller hears of it. A failure after which nothing had
 * been sent to a card does not wait for its row: load that is shed is shed at once.
 *
 * Under `required` nothing is sent unless the database took a commit within the last second, and a signature whose
 * row cannot be written in spite of that is withheld.
 * @throws {ApiError} `sign.audit_unavailable` before anything is sent, `sign.audit_failed` after it
 */
export function audited(log: AuditLog, digest: KeyedDigest, policy: AuditPolicy): Stage {
  const required = policy === 'required'
  return async (request, next) => {
    if (required) await assertWritable(log)
    const row = { action: 'sign', caller: request.caller ?? '', digest: textDigest(request.data, digest) }
    try {
      const signed = await next(request)
      const { device, certNo } = signed
      const written = log.append({ ...row, device: device.name, certNo, outcome: 'signed' })
      await written.catch((cause: unknown) => {
        if (required) throw new AuditFailure(cause)
      })
      return signed
    } catch (error) {
      if (error instanceof AuditFailure) throw error
      const { key, transient } = kindOf(error)
      if (transient && log.backlog >= backlogMax) throw error
      const written = log
        .append({ ...row, device: deviceOf(error), certNo: '', outcome: key }, !transient)
        .catch(() => {})
      if (!transient) await written
      throw error
    }
  }
}

class AuditFailure extends ApiError {
  constructor(cause: unknown) {
    super(Errors['sign.audit_failed'], { cause })
  }
}

async function assertWritable(log: AuditLog): Promise<void> {
  try {
    await log.writable()
  } catch (cause) {
    throw new ApiError(Errors['sign.audit_unavailable'], { retryAfter: 5, cause })
  }
}

function kindOf(error: unknown): { readonly key: string; readonly transient: boolean } {
  if (!(error instanceof ApiError)) return { key: 'internal', transient: false }
  const { key, transient = false } = error.entry
  return { key, transient }
}
