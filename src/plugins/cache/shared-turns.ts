import { hash } from 'node:crypto'
import type { Wheel } from '../../core/index.ts'
import type { Lease, State } from '../state/service.ts'
import type { Job } from './job.ts'
import type { SharedValues } from './shared-values.ts'

/** What turns work with. */
export interface SharedTurnsParts {
  readonly state: Pick<State, 'lock'>
  readonly wheel: Wheel
  readonly shared: SharedValues
}

/** How long to wait between two looks at what another node does. */
const pauseMs = 100

const nothing = (): void => undefined

/** One node at a time does the work for a key, by a lease; the others wait for what it brings. */
export class SharedTurns {
  readonly #parts: SharedTurnsParts

  constructor(parts: SharedTurnsParts) {
    this.#parts = parts
  }

  /**
   * Waits for the turn of this node to do a job that has looked for a value already. It lasts as long as the work may
   * take; where the state does not answer, everybody has one. Never rejects.
   * @param look looks once more, and says whether another node has brought a value
   * @returns what ends the turn, once all is written; `undefined`: there is nothing left to be done
   */
  async take(job: Job, look: () => Promise<boolean>): Promise<(() => void) | undefined> {
    for (let round = 0; ; round++) {
      // eslint-disable-next-line no-await-in-loop
      const lease = await this.#lock(job)
      if (lease === 'unknown') return job.late ? undefined : nothing
      if (lease) {
        // The node before may have ended its turn since the last look.
        // eslint-disable-next-line no-await-in-loop
        const isDone = (await look()) || job.late
        if (!isDone) return () => void this.#release(lease)
        void this.#release(lease)
        return undefined
      }
      if (round === 0) this.#parts.shared.counts.waits++
      // eslint-disable-next-line no-await-in-loop
      await this.#pause()
      // eslint-disable-next-line no-await-in-loop
      if (job.late || (await look())) return undefined
    }
  }

  /** Named after what was seen as well: work that began before a clear keeps nobody waiting who comes after it. */
  async #lock({ ask: { id, policy }, token }: Job): Promise<Lease | undefined | 'unknown'> {
    const { state, shared } = this.#parts
    if (!token) return 'unknown'
    const seen = hash('sha256', JSON.stringify([token.text, token.tags]), 'base64url').slice(0, 22)
    try {
      return await shared.inTime(state.lock(`cache:j:${id}:${seen}`, policy.timeoutMs))
    } catch {
      return 'unknown'
    }
  }

  /** A lease that cannot be given back ends by itself. */
  async #release(lease: Lease): Promise<void> {
    await this.#parts.shared.written()
    await lease.release().catch(nothing)
  }

  #pause(): Promise<void> {
    const { wheel } = this.#parts
    return new Promise(resolve => {
      wheel.schedule({ dueAt: 0, slot: -1, due: () => resolve() }, wheel.now() + pauseMs)
    })
  }
}
