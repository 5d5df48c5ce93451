import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyPluginAsync,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault
} from 'fastify'
import fp from 'fastify-plugin'
import { Type, type Static, type TObject } from 'typebox'
import { copyOf, inputView, validate, type SchemaNode } from '../settings/schema.ts'
import type { Metric } from './metric.ts'
import type { Needs, Resolved, Service } from './service.ts'

/** The Fastify instance that `setup` receives: TypeBox schemas type `request.body`, `query` and `params`. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** Settings that fit their schema but cannot work, found by a plugin's `check`. */
export interface SettingProblem {
  /** The setting, relative to the plugin: `['origins']`. */
  readonly path: readonly string[]
  readonly message: string
  readonly hint?: string
}

/** Facts about the process that settings are checked against. */
export interface CheckContext {
  /** True when `NODE_ENV` is `production`. */
  readonly production: boolean
}

/** Everything the kernel knows about a plugin, read before anything starts. */
export interface PluginDefinition<C extends TObject, N extends Needs, S> {
  /** Unique, kebab-case; built-in plugins are switched on under this name. */
  readonly name: string
  /** One sentence for `paifang plugins` and `docs/plugins.md`. */
  readonly description: string
  /** Settings. `enabled` and `use` belong to the kernel. Mark secrets with `secret: true`. */
  readonly config?: C
  /** Services that `setup` receives under these keys. `config` and `log` belong to the kernel. */
  readonly needs?: N
  /** The service that `setup` returns. */
  readonly provides?: Service<S>
  /** `global`: hooks and decorators reach every route of the gateway. Default: they stay in the plugin. */
  readonly scope?: 'private' | 'global'
  /** Checks settings that a schema cannot. Pure: it also runs in `paifang check`. */
  check?(config: Static<C>, context: CheckContext): readonly SettingProblem[]
  /**
   * Adds routes and hooks, and returns the service. Opens no network connection that must succeed.
   * @throws anything: the failure is reported under the plugin's name and ends the start.
   */
  setup(app: App, context: SetupContext<C, N>): NoInfer<S> | Promise<NoInfer<S>>
  /**
   * Adds routes once every plugin is set up, in a child context of their own. For routes that the hooks of all plugins
   * shall see as they are added, also of global ones that need this plugin and are therefore set up after it.
   * @throws as `setup`
   */
  routes?: (this: void, app: App, service: NoInfer<S>) => void | Promise<void>
  /** Resolves when the plugin can do its work; the text of what it throws goes to the log, never to a client. */
  health?(service: NoInfer<S>): unknown
  /** What the plugin has counted and measured. Read when somebody asks, every few seconds: it should cost little. */
  metrics?(service: NoInfer<S>): readonly Metric[] | Promise<readonly Metric[]>
  /** Ends what would hold up the close (streams, sockets). `signal` aborts when time is up. */
  drain?(service: NoInfer<S>, signal: AbortSignal): unknown
  /** Adds what operators may do to the admin listener, under the prefix `/<entry id>`. Loopback only, no login. */
  admin?(app: App, service: NoInfer<S>): void
}

/** What `setup` receives: the settings with defaults filled in, a logger with the plugin's name, and its services. */
export type SetupContext<C extends TObject, N extends Needs> = {
  readonly config: Static<C>
  readonly log: FastifyBaseLogger
} & Readonly<Resolved<N>>

/** A definition as the kernel reads it, its types erased. */
export interface PluginMeta extends Omit<
  PluginDefinition<TObject, Needs, unknown>,
  'config' | 'setup' | 'needs'
> {
  readonly config: SchemaNode
  readonly needs: Needs
}

/** A Fastify plugin made by {@link definePlugin}; `app.register(plugin, settings)` works without the kernel too. */
export interface GatewayPlugin<
  C extends TObject = TObject,
  N extends Needs = Needs,
  S = unknown
> extends FastifyPluginAsync<Settings<Static<C>>> {
  readonly [types]?: { readonly needs: N; readonly service: S }
}
declare const types: unique symbol

/** Settings as they are written: whatever has a default may be left out. */
export type Settings<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: Settings<T[K]> }
    : T

const metaKey = Symbol.for('plugin-meta')
const displayName = Symbol.for('fastify.display-name')
/** What Fastify's own `register` takes, for plugins that are used without the kernel. */
const registration = new Set(['prefix', 'logLevel', 'logSerializers'])
const NoSettings = Type.Object({})

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The plugin that added the route. */
    plugin?: string
    /**
     * Who may call the route, in a few words for `docs/routes.md`: `public`, followed by what else limits it, or what a
     * caller has to show. Every route says so; it guards nothing by itself.
     */
    access?: string
    /** Sent as the handler gives it: no dialect wraps the answer. */
    raw?: boolean
    /** It is there for WebSockets, and refuses what is no upgrade. */
    upgrade?: boolean
  }
}

/**
 * Makes a Fastify plugin out of a definition. Its hooks and routes stay private to it, the service it returns is
 * decorated on the parent instance, where `getDecorator(token.name)` finds it.
 * @throws {TypeError} for a name that is not kebab-case, or a reserved one in `config` or `needs`.
 */
export function definePlugin<C extends TObject = typeof NoSettings, const N extends Needs = {}, S = void>(
  definition: PluginDefinition<C, N, S>
): GatewayPlugin<C, N, S> {
  const { name, provides, scope = 'private' } = definition
  const needs: Needs = definition.needs ?? {}
  const config = inputView(definition.config ?? NoSettings)
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new TypeError(`'${name}' is no name for a plugin: small letters and digits, joined by hyphens`)
  refuseReserved(name, 'config', config.properties ?? {}, ['enabled', 'use'])
  refuseReserved(name, 'needs', needs, ['config', 'log'])

  const plugin: FastifyPluginAsync<Settings<Static<C>>> = async (parent, options) => {
    const isFastifys = (key: string): boolean => registration.has(key) && !config.properties?.[key]
    const given = Object.entries(options)
    const settings = settingsOf(name, config, Object.fromEntries(given.filter(([key]) => !isFastifys(key))))
    const fastifys = Object.fromEntries(given.filter(([key]) => isFastifys(key)))
    const entries = Object.entries(needs).map(([key, { name: token }]) => [
      key,
      parent.hasDecorator(token) ? parent.getDecorator(token) : undefined
    ])
    const log = parent.log.child({ plugin: name })
    const context = { config: settings, log, ...Object.fromEntries(entries) }
    let provided: S | undefined
    const setup = async (app: FastifyInstance): Promise<void> => {
      try {
        provided = await definition.setup(app.withTypeProvider<TypeBoxTypeProvider>(), context)
      } catch (error) {
        // Fastify takes a thrown `undefined` for success.
        throw error instanceof Error ? error : new Error(`setup threw ${String(error)}`)
      }
    }
    if (scope === 'global') await setup(parent)
    else await parent.register(Object.assign(setup, { [displayName]: `${name}:private` }), fastifys)
    if (provides) parent.decorate(provides.name, { getter: () => provided as never })
    // The kernel does so when all plugins are set up.
    if (definition.routes && !parent.hasDecorator('gateway'))
      await parent.register(
        routesOf(name, definition.routes, () => provided as S),
        fastifys
      )
  }
  const required = Object.values(needs).filter(need => !need.optional)
  const meta = { ...definition, config, needs, scope }
  return fp(plugin, { fastify: '5.x', ...meta, decorators: { fastify: required.map(need => need.name) } })
}

/** The definition behind a plugin, or `undefined` for one that {@link definePlugin} did not make. */
export function metaOf(plugin: unknown): PluginMeta | undefined {
  if (typeof plugin !== 'function') return undefined
  const meta = (plugin as unknown as Record<symbol, PluginMeta | undefined>)[metaKey]
  return meta && 'setup' in meta && 'needs' in meta ? meta : undefined
}

/** What adds the routes of a plugin, for `register`. */
export function routesOf<S>(
  name: string,
  add: (app: App, service: S) => void | Promise<void>,
  service: () => S
): FastifyPluginAsync {
  const plugin = async (app: FastifyInstance): Promise<void> =>
    add(app.withTypeProvider<TypeBoxTypeProvider>(), service())
  return Object.assign(plugin, { [displayName]: `${name}:routes` })
}

function settingsOf(name: string, view: SchemaNode, options: object): never {
  const settings = copyOf(options)
  const faults = validate(view, settings)
  if (faults.length === 0) return settings as never
  const lines = faults.map(({ path, kind, text }) => `${path.join('.')}: ${kind === 'value' ? text : kind}`)
  throw new TypeError(`The settings of plugin '${name}' are not valid: ${lines.join('; ')}`)
}

function refuseReserved(plugin: string, part: string, entries: object, reserved: string[]): void {
  const clash = reserved.find(key => key in entries)
  if (clash) throw new TypeError(`Plugin '${plugin}': '${clash}' in ${part} belongs to the kernel; rename it`)
}
