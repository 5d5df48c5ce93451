import type { App } from './plugin.ts'

/**
 * Whether the gateway runs in production, which it also knows of `.env`; without one, in a Fastify of somebody else,
 * what `NODE_ENV` says.
 */
export function isProduction(app: App): boolean {
  return app.hasDecorator('gateway') ? app.gateway.production : process.env['NODE_ENV'] === 'production'
}
