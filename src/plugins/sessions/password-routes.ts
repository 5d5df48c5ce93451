import type { FastifyInstance, RouteOptions } from 'fastify'

/** Which parts of the gateway have declared that they read passwords. */
export class PasswordRoutes {
  readonly #apps = new WeakSet<object>()

  /** From now on, the routes of `app` and its children may. */
  allow(app: FastifyInstance): void {
    this.#apps.add(app)
  }

  /** Marks a route of those who may. */
  mark(app: object, route: RouteOptions): void {
    for (let scope: object | null = app; scope; scope = Object.getPrototypeOf(scope) as object | null)
      if (this.#apps.has(scope)) {
        route.config = { ...route.config, user: { ...route.config?.user, password: true } }
        return
      }
  }
}
