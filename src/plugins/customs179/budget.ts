import type { Clock } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import type { Config } from './config.ts'
import { Errors } from './errors.ts'

/**
 * How many milliseconds are left to sign what `serviceTime` (milliseconds since the epoch, as text) says it is of.
 * @throws {ApiError} `customs179.expired` or `customs179.not_yet`
 */
export function millisecondsLeft(
  serviceTime: string,
  now: number,
  { budgetMs, signingMs, aheadMs }: Config
): number {
  const ageMs = now - Number(serviceTime)
  if (ageMs < -aheadMs)
    throw new ApiError(Errors['customs179.not_yet'], { detail: `serviceTime is ${-ageMs} ms ahead` })
  if (ageMs > budgetMs - signingMs)
    throw new ApiError(Errors['customs179.expired'], {
      detail: `serviceTime is ${ageMs} ms old, and at most ${budgetMs - signingMs} ms can be`
    })
  return budgetMs - Math.max(0, ageMs)
}

/**
 * Does `work` within `leftMs`. Its signal aborts when they are over, or when `gone` does.
 * @throws {ApiError} `customs179.late` when they are over, without waiting for what the work still does
 */
export async function withinBudget<T>(
  { clock, leftMs, gone }: { readonly clock: Clock; readonly leftMs: number; readonly gone: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
  const over = new AbortController()
  const late = new Promise<never>((_, reject) => {
    over.signal.addEventListener('abort', () => reject(new ApiError(Errors['customs179.late'])))
  })
  const timer = clock.after(leftMs, () => over.abort())
  try {
    return await Promise.race([late, work(AbortSignal.any([over.signal, gone]))])
  } finally {
    timer.cancel()
  }
}
