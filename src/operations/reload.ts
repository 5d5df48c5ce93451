import type { FastifyInstance } from 'fastify'
import { setTimeout as wait } from 'node:timers/promises'
import { Fronts, type Generation } from '../core/generation.ts'
import { resolutionOf, type GatewayOptions } from '../core/gateway.ts'
import { listen } from '../core/listen.ts'
import { StartupError } from '../settings/problems.ts'
import { changesBetween } from './changes.ts'
import { ReloadRefused, told, type Reloaded } from './reloaded.ts'

/** What each of the gateways is given: options of `createGateway`. */
export type Handed = Required<Pick<GatewayOptions, 'generation' | 'reload'>>

/**
 * A gateway that can be started anew without an interruption. The new one starts beside the one that runs, takes over
 * its listeners at once, and the old one ends what it had begun. One that cannot start changes nothing.
 */
export class ReloadableGateway {
  readonly #fronts = new Fronts()
  readonly #start: (handed: Handed) => Promise<FastifyInstance>
  readonly #tookOver: () => void
  /** Replaced, and not yet closed. */
  readonly #retiring = new Set<Promise<void>>()
  #current: FastifyInstance | undefined
  #reloading: Promise<unknown> | undefined
  #asked = false
  #closing = false

  /**
   * @param start makes a gateway of the configuration as it is then
   * @param tookOver called whenever there is a new one
   */
  constructor(start: (handed: Handed) => Promise<FastifyInstance>, tookOver = (): void => undefined) {
    this.#start = start
    this.#tookOver = tookOver
  }

  /** The one that requests go to. */
  get app(): FastifyInstance {
    if (!this.#current) throw new Error('not started')
    return this.#current
  }

  /**
   * Starts the first one and listens.
   * @returns the address
   * @throws {StartupError} with every problem
   */
  async start(): Promise<string> {
    const { app, generation, url } = await this.#next()
    generation.takeOver()
    this.#current = app
    this.#tookOver()
    return url
  }

  /**
   * Starts the next one and lets it take over. Resolves before the old one has ended.
   * @throws {StartupError} with every problem; the old one runs on
   * @throws {ReloadRefused} during another reload, and while closing
   */
  async reload(): Promise<Reloaded> {
    if (this.#closing) throw new ReloadRefused('the gateway is closing')
    if (this.#reloading) throw new ReloadRefused('another reload is under way')
    const reloading = this.#replace()
    this.#reloading = reloading.catch(() => undefined).finally(() => (this.#reloading = undefined))
    return reloading
  }

  /** Reloads after the reload that is under way, if one is; once, however often it is called meanwhile. Errors are logged. */
  async reloadWhenFree(): Promise<void> {
    if (this.#asked) return
    this.#asked = true
    await this.#reloading
    this.#asked = false
    await this.reload().catch(() => undefined)
  }

  /** Closes what runs. @returns whether connections had to be cut */
  async close(): Promise<boolean> {
    this.#closing = true
    const { app } = this
    const starting = Promise.race([
      this.#reloading,
      wait(app.gateway.server.closeMs, undefined, { ref: false })
    ])
    await Promise.all([app.close(), starting, ...this.#retiring])
    return app.gateway.cut
  }

  async #next(): Promise<{ app: FastifyInstance; generation: Generation; url: string }> {
    const generation = this.#fronts.next()
    const app = await this.#start({ generation, reload: () => this.reload() })
    return { app, generation, url: await listen(app) }
  }

  async #replace(): Promise<Reloaded> {
    const began = performance.now()
    const old = this.app
    try {
      const { app, generation, url } = await this.#next()
      if (this.#closing) {
        await app.close()
        throw new ReloadRefused('the gateway is closing')
      }
      generation.takeOver()
      this.#current = app
      this.#tookOver()
      this.#retire(old)
      const ms = Math.round(performance.now() - began)
      const [before, after] = [resolutionOf(old), resolutionOf(app)]
      if (!before || !after) throw new TypeError('not a gateway')
      const changes = changesBetween(before, after)
      app.log.info({ ...changes, ms, url }, 'reloaded')
      return { ...changes, ms, url }
    } catch (error) {
      const why = error instanceof StartupError ? { problems: told(error) } : { err: error }
      old.log.error(why, 'could not reload; the gateway runs on as it was')
      throw error
    }
  }

  #retire(old: FastifyInstance): void {
    const retired = old.close().then(
      () => old.log.info({ cut: old.gateway.cut }, 'what was replaced has ended'),
      (err: unknown) => old.log.error({ err }, 'could not close cleanly')
    )
    const done = retired.finally(() => this.#retiring.delete(done))
    this.#retiring.add(done)
  }
}
