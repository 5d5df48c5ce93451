import type { RouteOptions } from 'fastify'
import type { App } from './plugin.ts'

/**
 * Tells all routes of the gateway, also those that were added before: for plugins that describe routes, which for once need
 * not start before those that add them. Without the kernel, the routes that `app` and its children add from now on.
 * @returns the routes until now, complete from `onReady` on
 */
export function watchRoutes(app: App): () => readonly RouteOptions[] {
  if (app.hasDecorator('gateway')) return () => app.gateway.routeOptions
  const routes: RouteOptions[] = []
  app.addHook('onRoute', route => void routes.push(route))
  return () => routes
}
