import type { FastifyBaseLogger } from 'fastify'
import type { LateRoutes } from './late-routes.ts'
import type { LoadedFile, LoadedRoutes } from './load-routes.ts'
import { restartReason, type KnownRoutes } from './restart-reason.ts'
import { faultText } from './route-faults.ts'

/** What files are taken over with while the gateway runs. */
export interface ReloadParts extends KnownRoutes {
  readonly late: LateRoutes
  readonly log: FastifyBaseLogger
  /** Loads the files; what has not changed is taken as it is. */
  readonly load: (known: ReadonlyMap<string, LoadedFile>) => Promise<LoadedRoutes>
  /** Watches these directories from now on. True: there are some that were not watched before. */
  readonly watch: (directories: readonly string[]) => boolean
}

/** Takes over changes of the files. One that is broken goes on as it last was. */
export class Reloads {
  readonly #parts: ReloadParts
  #files: ReadonlyMap<string, LoadedFile>
  /** What was said of files last time, so that it is not said again with every change of another. */
  #said: ReadonlySet<string> = new Set()
  #running: Promise<void> | undefined
  #isAgain = false

  constructor(parts: ReloadParts, files: readonly LoadedFile[]) {
    this.#parts = parts
    this.#files = byName(files)
  }

  /** Those that are served. */
  get files(): readonly LoadedFile[] {
    return [...this.#files.values()]
  }

  /** How much is wrong with the files as they are now. */
  get faults(): number {
    return this.#said.size
  }

  /** Resolves when all changes until now have been taken over. Never rejects. */
  run(): Promise<void> {
    this.#isAgain = true
    this.#running ??= this.#loop()
    return this.#running
  }

  async #loop(): Promise<void> {
    const { log, load, watch } = this.#parts
    while (this.#isAgain) {
      this.#isAgain = false
      try {
        const loaded = await load(this.#files)
        // Whatever came into a directory before it was watched has been overlooked.
        if (watch(loaded.directories)) this.#isAgain = true
        this.#take(loaded)
      } catch (error) {
        log.error({ err: error }, 'the route files cannot be read: they go on as they were')
      }
    }
    // In one step with the last look at `#isAgain`: a change that came between the two would be overlooked.
    this.#running = undefined
  }

  #take({ files, faults }: LoadedRoutes): void {
    const { routes, late } = this.#parts
    const before = this.#files
    const next = new Map<string, LoadedFile>()
    const outcomeOf = (names: readonly string[]): string =>
      names.some(name => before.has(name)) ? 'what was there before goes on' : 'it is not served'
    const said = faults.map(fault => `${faultText(fault)}; ${outcomeOf(fault.files)}`)
    const keep = (file: string): void => {
      const known = before.get(file)
      if (known) next.set(file, known)
    }
    const faulty = new Set(faults.flatMap(fault => fault.files))
    for (const file of faulty) keep(file)
    for (const file of files) {
      if (faulty.has(file.file)) continue
      const reason = before.get(file.file) === file ? undefined : restartReason(file, this.#parts)
      if (reason === undefined) next.set(file.file, file)
      else {
        keep(file.file)
        said.push(`${file.file}: ${reason}, which takes a restart; ${outcomeOf([file.file])}`)
      }
    }
    this.#files = next
    const byUrl = new Map([...next.values()].flatMap(file => file.urls.map(url => [url, file] as const)))
    for (const [url, route] of routes) route.endpoints = byUrl.get(url)?.endpoints ?? new Map()
    late.exchange([...next.values()].filter(({ urls }) => !urls.every(url => routes.has(url))))
    this.#tell(said, before)
  }

  #tell(said: readonly string[], before: ReadonlyMap<string, LoadedFile>): void {
    const { log } = this.#parts
    for (const text of said) if (!this.#said.has(text)) log.warn(text)
    this.#said = new Set(said)
    const changed = this.files.filter(file => before.get(file.file) !== file).map(({ file }) => file)
    const removed = [...before.keys()].filter(file => !this.#files.has(file))
    if (changed.length + removed.length > 0)
      log.info({ changed, removed }, 'route files have been taken over')
  }
}

function byName(files: readonly LoadedFile[]): ReadonlyMap<string, LoadedFile> {
  return new Map(files.map(file => [file.file, file]))
}
