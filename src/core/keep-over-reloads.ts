import type { FastifyInstance } from 'fastify'

/**
 * Keeps a thing in memory over reloads: makes it, or returns what the gateway before has kept under the same name. For a
 * while both use it, so that it must hold on to nothing of either.
 * @param name tells what it is and of which settings it depends
 * @returns `undefined` where the gateway cannot be reloaded
 */
export function keepOverReloads<T>(
  app: Pick<FastifyInstance, 'hasDecorator' | 'gateway'>,
  name: string,
  make: () => T
): T | undefined {
  return app.hasDecorator('gateway') ? app.gateway.generation?.keep(name, make) : undefined
}
