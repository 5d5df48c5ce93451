import { setTimeout as pause } from 'node:timers/promises'
import { page } from './page.js'

/** What is wrong with the old campus, and what was asked of it. At first nothing is. */
export class Faults {
  /** Connections are cut without an answer. */
  down = false
  /** Every answer has this status. */
  status = 0
  /** Milliseconds before an answer. */
  slowMs = 0
  /** Nobody can log in. */
  refuseLogins = false

  #counts = new Map()
  #watchers = new Set()
  #held = Promise.resolve()

  /** How often a path was asked for. */
  count(path) {
    return this.#counts.get(path) ?? 0
  }

  /** How often anything was. */
  get total() {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Resolves when a path has been asked for so often. */
  reached(path, count) {
    return new Promise(resolve => {
      const watch = () => {
        if (this.count(path) < count) return
        this.#watchers.delete(watch)
        resolve()
      }
      this.#watchers.add(watch)
      watch()
    })
  }

  /** Gives no answer until what this returns is called. */
  hold() {
    let release
    this.#held = new Promise(resolve => (release = resolve))
    return () => {
      this.#held = Promise.resolve()
      release()
    }
  }

  /** Notes a request and delays it; an answer in place of the right one, or `'cut'`, where there is a fault. */
  async strike(path) {
    this.#counts.set(path, this.count(path) + 1)
    for (const watch of this.#watchers) watch()
    await this.#held
    if (this.slowMs > 0) await pause(this.slowMs)
    if (this.down) return 'cut'
    return this.status > 0 ? page('服务器错误', { status: this.status }) : undefined
  }
}
