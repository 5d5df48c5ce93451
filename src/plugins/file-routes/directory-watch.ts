import { watch as watchPath, type FSWatcher } from 'node:fs'
import { basename, join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock, Timer } from '../../core/index.ts'

/** Editors write a file in several steps. */
const settleMs = 50

export interface DirectoryWatchParts {
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Told a moment after something has changed, once for all that has changed meanwhile: the paths. */
  readonly changed: (paths: ReadonlySet<string>) => void
}

/** Watches directories, each for what is in it and not below it: what all systems can do. */
export class DirectoryWatch {
  readonly #parts: DirectoryWatchParts
  readonly #watchers = new Map<string, FSWatcher | undefined>()
  readonly #paths = new Set<string>()
  #timer: Timer | undefined

  constructor(parts: DirectoryWatchParts) {
    this.#parts = parts
  }

  /** Watches these from now on, and no others. True: there are some that were not watched before. */
  set(directories: readonly string[]): boolean {
    for (const path of this.#watchers.keys()) if (!directories.includes(path)) this.#forget(path)
    const added = directories.filter(path => !this.#watchers.has(path))
    for (const path of added) this.#watchers.set(path, this.#watch(path))
    return added.length > 0
  }

  close(): void {
    this.#timer?.cancel()
    this.set([])
  }

  #watch(path: string): FSWatcher | undefined {
    try {
      const watcher = watchPath(path, { persistent: false }, (_, name) => {
        // Told of itself, it is gone; there may be another in its place.
        if (name === basename(path)) this.#forget(path)
        this.#note(join(path, name ?? ''))
      })
      watcher.on('error', () => {
        this.#forget(path)
        this.#note(path)
      })
      return watcher
    } catch (error) {
      this.#parts.log.warn(
        { err: error },
        'a directory of routes cannot be watched: its changes take a restart'
      )
      return undefined
    }
  }

  #forget(path: string): void {
    this.#watchers.get(path)?.close()
    this.#watchers.delete(path)
  }

  #note(path: string): void {
    this.#paths.add(path)
    this.#timer ??= this.#parts.clock.after(settleMs, () => {
      this.#timer = undefined
      const paths = new Set(this.#paths)
      this.#paths.clear()
      this.#parts.changed(paths)
    })
  }
}
