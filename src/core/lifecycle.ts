import type { FastifyInstance } from 'fastify'

type Hook = (this: FastifyInstance, done?: () => void) => unknown
type AddHook = (this: FastifyInstance, name: string, hook: Hook) => FastifyInstance

/** A failure in a hook that runs after `setup`, with the plugin it belongs to. */
export class HookFailure extends Error {
  readonly plugin: string

  constructor(plugin: string, hook: string, cause: unknown) {
    super(`its ${hook} hook failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.plugin = plugin
  }
}

/** The decorator under which a kernel collects the failures of `onReady` hooks, to report all of them. */
export const hookFailures = Symbol('paifang.hook-failures')

/**
 * Makes `onReady` and `preClose` hooks of a plugin safe: Fastify rejects the start or the close with whatever
 * value such an async hook returns, and names nobody when one throws. Returns what ends the guard.
 */
export function guardLifecycle(app: FastifyInstance, plugin: string): () => void {
  const addHook = Reflect.get(app, 'addHook') as AddHook
  function guarded(this: FastifyInstance, name: string, hook: Hook): FastifyInstance {
    if ((name !== 'onReady' && name !== 'preClose') || hook.length > 0) return addHook.call(this, name, hook)
    return addHook.call(this, name, async function (this: FastifyInstance) {
      try {
        await hook.call(this)
      } catch (error) {
        const failure = new HookFailure(plugin, name, error)
        const collected = Reflect.get(this, hookFailures) as HookFailure[] | undefined
        if (name === 'preClose' || !collected) throw failure
        collected.push(failure)
      }
    })
  }
  Object.assign(app, { addHook: guarded })
  return () => void Object.assign(app, { addHook })
}
