import type { FastifyBaseLogger } from 'fastify'
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../core/index.ts'
import { checkedBounds } from '../arguments.ts'
import type { LogPosition, SharedLog } from '../service.ts'
import type { LogDriver } from './driver.ts'
import { Follower } from './follower.ts'
import { newName } from './message.ts'

/** What logs work with. */
export interface LogsParts {
  readonly driver: LogDriver
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Default: that of node:crypto. */
  readonly random?: (bytes: number) => Uint8Array
}

/** The logs of a driver. */
export class Logs {
  readonly #parts: LogsParts
  readonly #random: (bytes: number) => Uint8Array
  readonly #logs = new Map<string, SharedLog>()

  constructor(parts: LogsParts) {
    this.#parts = parts
    this.#random = parts.random ?? randomBytes
  }

  /** The log of a name, the same object every time. */
  open(name: string): SharedLog {
    const known = this.#logs.get(name)
    if (known) return known
    const opened = this.#make(name)
    this.#logs.set(name, opened)
    return opened
  }

  #make(name: string): SharedLog {
    const { driver, clock, log } = this.#parts
    const newEpoch = (): string => newName(this.#random, 16)
    const followers = new Set<Follower>()
    return {
      append: async (text, bounds): Promise<LogPosition> => {
        const checked = checkedBounds(bounds)
        const tag = newName(this.#random, 12)
        const position = await driver.append(name, { tag, text, bounds: checked, newEpoch: newEpoch() })
        for (const follower of followers) follower.appended({ ...position, tag })
        return position
      },
      follow(listener, { from = 'now' } = {}) {
        const ended = (): void => void followers.delete(follower)
        const follower = new Follower({ driver, name, listener, from, clock, log, newEpoch, ended })
        followers.add(follower)
        return follower
      }
    }
  }
}
