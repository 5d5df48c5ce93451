import { isApiError } from './api-error.ts'

/**
 * Counts how work ended: in one of the words that its owner has for success, by the key of a failure of the catalogue, or
 * as `internal`. So there are few, and none holds anything of a caller.
 */
export class Outcomes {
  readonly #counts: Map<string, number>

  /** @param successes words that are there from the start, with 0 */
  constructor(...successes: readonly string[]) {
    this.#counts = new Map(successes.map(outcome => [outcome, 0]))
  }

  /** @param outcome one of few words */
  count(outcome: string): void {
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1)
  }

  failed(error: unknown): void {
    this.count(outcomeOf(error))
  }

  /** Counts how some work ends, and hands its end on. */
  async of<T>(work: Promise<T>, success: string | ((done: T) => string) = 'ok'): Promise<T> {
    try {
      const done = await work
      this.count(typeof success === 'string' ? success : success(done))
      return done
    } catch (error) {
      this.failed(error)
      throw error
    }
  }

  snapshot(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }
}

/** Key of a failure in the catalogue; `internal` for one that is not there. */
export function outcomeOf(error: unknown): string {
  return isApiError(error) ? error.entry.key : 'internal'
}
