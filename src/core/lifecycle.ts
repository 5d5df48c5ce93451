import type { FastifyInstance, RouteOptions } from 'fastify'
import { promisify } from 'node:util'
import type { Problem } from '../settings/problems.ts'
import { StartLimit, StartTimeoutError, timeoutProblem } from './start-limit.ts'

type Hook = (this: FastifyInstance, done: () => void) => unknown
type AddHook = (this: FastifyInstance, name: string, hook: Hook) => FastifyInstance

/** A route and the plugin that added it. */
export interface RouteInfo {
  readonly method: string
  readonly url: string
  readonly plugin: string | undefined
  /** Who may call it, as the route says; `undefined`: it does not. */
  readonly access: string | undefined
}

/** A route as it was added, and as the hooks of plugins have changed it. */
export interface AddedRoute {
  readonly options: RouteOptions
  /** The instance that it belongs to, with the schemas that it may refer to. */
  readonly owner: FastifyInstance
}

/** What the kernel learns by watching plugins. */
export interface Watch {
  /** The plugin that is being registered, or whose `onReady` hook runs. */
  plugin: string | undefined
  readonly routes: RouteInfo[]
  readonly added: AddedRoute[]
  /** `onReady` hooks that failed. */
  readonly problems: Problem[]
  /** How long plugins and their hooks may take. */
  readonly limit: StartLimit
}

/**
 * Tags every route with the plugin that adds it, limits how long plugins may take, and makes their `onReady` and
 * `preClose` hooks safe: Fastify rejects the start or the close with whatever such an async hook returns, ends at the
 * first that throws, and names nobody.
 */
export function watchPlugins(app: FastifyInstance, startTimeoutMs: number): Watch {
  const limit = new StartLimit(app, startTimeoutMs)
  const watch: Watch = { plugin: undefined, routes: [], added: [], problems: [], limit }
  app.addHook('onRoute', function (route) {
    const { plugin } = watch
    watch.routes.push({
      method: String(route.method),
      url: route.url,
      plugin,
      // Hooks of the plugin, which run after this one, may say it for all of its routes.
      get access() {
        return route.config?.access
      }
    })
    watch.added.push({ options: route, owner: this })
    if (plugin) route.config = { ...route.config, plugin }
  })
  const addHook = Reflect.get(app, 'addHook') as AddHook
  const guarded: AddHook = function (name, hook) {
    const { plugin } = watch
    const isGuarded = plugin && (name === 'onReady' || name === 'preClose') && isHook(hook)
    return addHook.call(this, name, isGuarded ? guard(plugin, name, hook, watch) : hook)
  }
  return Object.assign(app, { addHook: guarded }) && watch
}

function guard(plugin: string, name: 'onReady' | 'preClose', hook: Hook, watch: Watch): Hook {
  // No arrow function, for hooks that use `this`; no parameter, so that Fastify awaits it.
  return async function (this: FastifyInstance): Promise<void> {
    watch.plugin = plugin
    const run = (): unknown =>
      hook.length === 0 ? (hook as () => unknown).call(this) : promisify(hook).call(this)
    try {
      await watch.limit.within(() => watch.limit.run(run))
    } catch (cause) {
      const message = `its ${name} hook failed: ${cause instanceof Error ? cause.message : String(cause)}`
      if (name === 'preClose') this.log.error({ plugin, err: cause }, message)
      else if (cause instanceof StartTimeoutError) watch.problems.push(timeoutProblem(plugin, cause))
      else watch.problems.push({ code: 'PLUGIN_FAILED', where: `plugins.${plugin}`, message, cause })
    }
  }
}

/** Async hooks with a callback are left to Fastify, which refuses them. */
function isHook(hook: unknown): boolean {
  return typeof hook === 'function' && (hook.length === 0 || hook.constructor.name !== 'AsyncFunction')
}
