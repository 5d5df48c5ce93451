declare const type: unique symbol

/** Names a service and carries its type. The name is also the Fastify decorator under which the service is found. */
export interface Service<T> {
  readonly name: string
  readonly optional?: never
  readonly [type]?: T
}

/** A service a plugin can do without: `setup` receives `undefined` when nothing provides it. */
export interface OptionalService<T> {
  readonly name: string
  readonly optional: true
  readonly [type]?: T
}

/** The services a plugin asks for, keyed by the names under which `setup` receives them. */
export type Needs = Record<string, Service<unknown> | OptionalService<unknown>>

/** What `setup` receives for `N`: optional services may be `undefined`. */
export type Resolved<N extends Needs> = {
  [K in keyof N]: N[K] extends OptionalService<infer T>
    ? T | undefined
    : N[K] extends Service<infer T>
      ? T
      : never
}

/**
 * Declares a service. By convention the token has the name of its interface:
 * `export interface Clock { now(): number }` and `export const Clock = service<Clock>('clock')`.
 */
export function service<T>(name: string): Service<T> {
  return { name }
}

/** Marks a need that may stay unmet. */
export function optional<T>(token: Service<T>): OptionalService<T> {
  return { name: token.name, optional: true }
}
