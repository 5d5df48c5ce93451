import type { Clock } from '../../core/index.ts'
import { ApiError } from '../api-error/service.ts'
import { Errors } from './errors.ts'
import type { Signature, SignRequest } from './service.ts'

/** What all items of a batch have in common. */
export interface BatchRequest extends Omit<SignRequest, 'data'> {
  /** For all of them together. */
  readonly deadlineMs: number
}

export interface BatchOptions {
  readonly clock: Clock
  readonly sign: (request: SignRequest) => Promise<Signature>
  /** How many items may be under way at a time. */
  readonly width: number
}

/** How an item ended. What it failed with is nearly always an {@link ApiError}. */
export type ItemOutcome = Signature | { readonly error: unknown }

const refusals: ReadonlySet<unknown> = new Set<keyof typeof Errors>(['sign.pin_refused', 'sign.pin_blocked'])

/**
 * Signs texts with one PIN, and returns how each ended, in their order. They go one by one until a card has taken the
 * PIN; then as many as `width` at a time. Once the PIN is refused no further item is sent, and those that wait are
 * withdrawn.
 */
export async function signBatch(
  texts: readonly string[],
  batch: BatchRequest,
  { clock, sign, width }: BatchOptions
): Promise<ItemOutcome[]> {
  const outcomes: ItemOutcome[] = []
  const endsAt = clock.monotonic() + batch.deadlineMs
  const refused = new AbortController()
  const signals = [refused.signal, ...(batch.signal ? [batch.signal] : [])]
  const signal = AbortSignal.any(signals)
  let next = 0
  let pinTaken = false

  const signItem = async (index: number): Promise<ItemOutcome> => {
    const deadlineMs = endsAt - clock.monotonic()
    const { idempotencyKey } = batch
    try {
      if (refused.signal.aborted) throw new ApiError(Errors['sign.batch_stopped'])
      if (deadlineMs <= 0) throw new ApiError(Errors['sign.deadline_in_queue'])
      const item = { ...batch, data: texts[index] ?? '', signal, deadlineMs }
      const name = idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey}\n${index}` }
      const signature = await sign({ ...item, ...name })
      pinTaken = true
      return signature
    } catch (error) {
      const key = error instanceof ApiError ? error.entry.key : undefined
      if (refusals.has(key)) refused.abort()
      const withdrawn = refused.signal.aborted && key === 'sign.cancelled'
      return { error: withdrawn ? new ApiError(Errors['sign.batch_stopped']) : error }
    }
  }
  const work = async (enough: () => boolean): Promise<void> => {
    while (next < texts.length && !enough()) {
      const index = next++
      outcomes[index] = await signItem(index)
    }
  }

  await work(() => pinTaken)
  await Promise.all(Array.from({ length: width }, () => work(() => false)))
  return outcomes
}
