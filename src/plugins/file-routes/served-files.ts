import type { FastifyBaseLogger } from 'fastify'
import { basename, resolve } from 'node:path'
import { allowForms, requestCompiler, type App, type Clock } from '../../core/index.ts'
import type { ApiErrors } from '../api-error/service.ts'
import type { TokenAuth } from '../token-auth/service.ts'
import { addRoute, type RouteParts } from './add-route.ts'
import type { Config } from './config.ts'
import { ContextFactory } from './context-factory.ts'
import { ContextMembers, type MakeMember } from './context-members.ts'
import { frozen } from './frozen-values.ts'
import { importModule, type ImportModule } from './import-file.ts'
import { tooManyParameters } from './intake.ts'
import type { LiveRoute } from './live-route.ts'
import { loadRoutes, type LoadedFile, type LoadedRoutes, type LoadParts } from './load-routes.ts'
import type { Reloads } from './reloads.ts'
import type { ContextParts } from './request-context.ts'
import { RouteFaults, type Fault } from './route-faults.ts'
import { isRouteFile } from './route-url.ts'
import type { FileRoute, FileRoutes } from './service.ts'

/** What files are served with. */
export interface ServedFilesParts extends Omit<ContextParts, 'values'> {
  readonly settings: Config
  readonly errors: ApiErrors | undefined
  readonly tokenAuth: TokenAuth | undefined
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  readonly production: boolean
  /** Default: that of the engine. */
  readonly importModule?: ImportModule
}

/** The service: a directory of files, as they are and as they change. */
export class ServedFiles implements FileRoutes {
  readonly #parts: ServedFilesParts
  readonly #members = new ContextMembers()
  readonly #root: string
  #files: readonly LoadedFile[] = []
  #reloads: Reloads | undefined
  #isMissing = false

  constructor(parts: ServedFilesParts) {
    this.#parts = parts
    this.#root = resolve(parts.settings.directory)
  }

  extend(name: string, make: MakeMember): void {
    this.#members.add(name, make)
  }

  routes(): readonly FileRoute[] {
    const files = this.#reloads?.files ?? this.#files
    const routes = files.flatMap(({ file, urls, endpoints }) =>
      urls.map(url => ({ file, url, methods: [...endpoints.keys()] }))
    )
    return routes.toSorted((a, b) => (a.url < b.url ? -1 : 1))
  }

  /** How much is wrong with files that have changed: what was there before goes on. */
  get faults(): number {
    return this.#reloads?.faults ?? 0
  }

  /** @throws {Error} when there is no directory to serve */
  checkHealth(): void {
    if (this.#isMissing) throw new Error(`there is no directory ${this.#parts.settings.directory}`)
  }

  /** Takes over what has changed until now; does nothing where files are not watched. Never rejects. */
  async reload(): Promise<void> {
    await this.#reloads?.run()
  }

  /**
   * Adds a route for everything that the files answer.
   * @throws {RouteFaults} with all that is wrong with them
   */
  async serve(app: App): Promise<void> {
    const { settings, errors, log, production } = this.#parts
    const watches = settings.watch ?? !production
    errors?.dialectFor(app, settings.dialect)
    const maxFields = settings.maxParameters
    allowForms(app, { maxFields, refusal: () => tooManyParameters(maxFields) })
    app.addHook('onReady', async () => this.#members.close())
    const load = this.#loadParts(app, watches)
    const loaded = await loadRoutes(load).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' || production) throw error
      return undefined
    })
    if (!loaded) {
      this.#isMissing = true
      log.warn(`there is no directory ${settings.directory}: no files are served`)
      return
    }
    this.#files = loaded.files
    const parts = this.#routeParts()
    const routes = this.#add(app, loaded, parts)
    if (watches) await this.#watch(app, { loaded, routes, load, parts })
  }

  #add(app: App, { files, faults }: LoadedRoutes, parts: RouteParts): ReadonlyMap<string, LiveRoute> {
    const routes = new Map<string, LiveRoute>()
    const refused: Fault[] = []
    for (const { file, urls, endpoints } of files)
      for (const url of urls)
        try {
          routes.set(url, addRoute(app, url, endpoints, parts))
        } catch (error) {
          refused.push({ files: [file], text: (error as Error).message })
        }
    const all = [...faults, ...refused]
    if (all.length > 0) throw new RouteFaults(this.#parts.settings.directory, all)
    return routes
  }

  async #watch(
    app: App,
    {
      loaded,
      routes,
      load,
      parts
    }: {
      readonly loaded: LoadedRoutes
      readonly routes: ReadonlyMap<string, LiveRoute>
      readonly load: LoadParts
      readonly parts: RouteParts
    }
  ): Promise<void> {
    const { clock, log, tokenAuth } = this.#parts
    const [{ LateRoutes }, { Reloads: Changes }, { DirectoryWatch }] = await Promise.all([
      import('./late-routes.ts'),
      import('./reloads.ts'),
      import('./directory-watch.ts')
    ])
    const directories = new DirectoryWatch({ clock, log, changed: paths => this.#changed(paths) })
    app.addHook('onClose', async () => directories.close())
    const late = new LateRoutes(app, parts)
    this.#reloads = new Changes(
      {
        app,
        routes,
        tokenAuth,
        late,
        log,
        load: known => loadRoutes(load, known),
        watch: found => directories.set(found)
      },
      loaded.files
    )
    directories.set(loaded.directories)
  }

  #changed(paths: ReadonlySet<string>): void {
    const names = [...paths].map(path => basename(path))
    const others = names.filter(name => /\.[cm]?[jt]s$/.test(name) && !isRouteFile(name))
    if (others.length > 0)
      this.#parts.log.info(`files that import ${others.join(', ')} see its changes after a restart`)
    void this.reload()
  }

  #loadParts(app: App, watches: boolean): LoadParts {
    const { settings, cache, httpClient, sessions, importModule: load = importModule } = this.#parts
    const { prefix, indexAlias } = settings
    const values = frozen(settings.values)
    const contexts = new ContextFactory({ cache, httpClient, sessions, values }, this.#members)
    const compile = requestCompiler(app.getSchemas())
    return {
      root: this.#root,
      places: { prefix, indexAlias },
      watches,
      importModule: load,
      contexts,
      compile
    }
  }

  #routeParts(): RouteParts {
    const { settings, errors, tokenAuth } = this.#parts
    const { maxBodyBytes, maxParameters, maxDepth, mergeParams } = settings
    return {
      mergeParams,
      dialects: errors !== undefined,
      limits: { maxBodyBytes, maxParameters, maxDepth },
      tokenAuth
    }
  }
}
