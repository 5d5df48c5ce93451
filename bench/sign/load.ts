import { setTimeout as sleep } from 'node:timers/promises'
import type { RawAnswer } from './clients.ts'
import { nextNumber } from './text.ts'

/** How a numbered request ended. */
export interface Answer extends RawAnswer {
  readonly number: number
  /** Since it was sent. */
  readonly latencyMs: number
}

export type Send = (number: number) => Promise<RawAnswer>

/**
 * Sends at a constant rate, whether answers come or not: a slow server delays no request that would have measured
 * it. Resolves with the last answer.
 */
export async function atConstantRate(
  send: Send,
  perSecond: number,
  seconds: number,
  answered: (answer: Answer) => void
): Promise<void> {
  const open: Promise<void>[] = []
  const began = performance.now()
  const count = Math.round(perSecond * seconds)
  for (let index = 0; index < count; index++) {
    const dueMs = began + (index * 1_000) / perSecond
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await sleep(Math.ceil(waitMs))
    open.push(sendOne(send, answered))
    if (open.length >= 10_000) await Promise.all(open.splice(0, 5_000))
  }
  await Promise.all(open)
}

/** Keeps so many requests under way. Resolves with the last answer. */
export async function keepBusy(
  send: Send,
  outstanding: number,
  seconds: number,
  answered: (answer: Answer) => void
): Promise<void> {
  const ends = performance.now() + seconds * 1_000
  const lane = async (): Promise<void> => {
    while (performance.now() < ends) await sendOne(send, answered)
  }
  await Promise.all(Array.from({ length: outstanding }, lane))
}

async function sendOne(send: Send, answered: (answer: Answer) => void): Promise<void> {
  const number = nextNumber()
  const sentMs = performance.now()
  const answer = await send(number)
  answered({ ...answer, number, latencyMs: performance.now() - sentMs })
}
