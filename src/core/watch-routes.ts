import type { AddedRoute } from './lifecycle.ts'
import type { App } from './plugin.ts'

/**
 * Tells all routes of the gateway, also those that were added before: for plugins that describe routes, which for once need
 * not start before those that add them. Without the kernel, the routes that `app` and its children add from now on.
 * @returns the routes until now, complete from `onReady` on
 */
export function watchRoutes(app: App): () => readonly AddedRoute[] {
  if (app.hasDecorator('gateway')) return () => app.gateway.addedRoutes
  const routes: AddedRoute[] = []
  app.addHook('onRoute', function (options) {
    routes.push({ options, owner: this })
  })
  return () => routes
}
