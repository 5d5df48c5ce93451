import { setTimeout as sleep } from 'node:timers/promises'
import type { Figure } from '../figures.ts'
import type { Ask } from './ask.ts'
import type { Fakes } from './fakes.ts'
import type { Ledger } from './ledger.ts'
import type { Project } from './project.ts'
import type { Rows } from './rows.ts'

/** What loads work with. */
export interface Field {
  readonly url: string
  readonly fakes: Fakes
  readonly project: Project
  readonly ledger: Ledger
  readonly ask: Ask
  /** From 0 up to 1; the same for the same seed. */
  readonly random: () => number
  /** How much of everything: 1 is as much as README.md says. */
  readonly rate: number
}

/** A kind of use of the gateway, while it goes on. */
export interface Running {
  /** Begins nothing more. Resolves when all that was begun has ended, and nothing is connected. */
  stop(): Promise<void>
  /** Cuts half of what is connected at this moment, without a word. */
  vanish?(): void
  /** Once the program has ended: whether all that it had acknowledged is there. */
  check?(rows: Rows): readonly Figure[]
}

export type Load = (field: Field) => Promise<Running>

/** Starts `task` so often a second, whether it is done or not. A second's worth is under way at most 30 times over. */
export function pace(perSecond: number, task: (number: number) => Promise<unknown>): () => Promise<void> {
  const end = new AbortController()
  const open = new Set<Promise<unknown>>()
  const run = async (): Promise<void> => {
    const began = performance.now()
    for (let number = 0; !end.signal.aborted; number++) {
      const waitMs = began + (number * 1_000) / perSecond - performance.now()
      if (waitMs > 0) await sleep(Math.ceil(waitMs), undefined, { signal: end.signal }).catch(() => undefined)
      if (end.signal.aborted) break
      if (open.size > 30 * Math.max(1, perSecond)) continue
      const one = task(number).finally(() => open.delete(one))
      open.add(one)
    }
    await Promise.all(open)
  }
  const running = run()
  return () => {
    end.abort()
    return running
  }
}

/** One of several, the same for the same `share`. @throws {RangeError} when there is none */
export function oneOf<T>(items: readonly T[], share: number): T {
  const item = items[Math.floor(share * items.length)]
  if (item === undefined) throw new RangeError('there is none')
  return item
}
