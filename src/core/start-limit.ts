import type { FastifyInstance } from 'fastify'
import type { Problem } from '../settings/problems.ts'

/** What a plugin or a hook fails with that takes longer than `server.startTimeoutMs`. */
export class StartTimeoutError extends Error {
  override readonly name = 'StartTimeoutError'

  constructor() {
    super('did not end in time')
  }
}

type Callback = (error?: unknown) => void
type AnyFunction = (...args: unknown[]) => unknown
type Method = (this: FastifyInstance, first: unknown, ...rest: unknown[]) => unknown

/**
 * Ends what takes too long at a start: the functions that plugins register, however deeply, their `after` callbacks, and
 * what runs {@link within} it. When time is up the innermost fails first, so that whoever waits for it fails with it.
 * Fastify's own `pluginTimeout` is one timer a function: where an outer one fires before an inner one (the second of two
 * children that hangs, a busy machine), avvio takes the outer one for loaded with the inner one still on it, and no
 * plugin can be registered any more.
 */
export class StartLimit {
  readonly #limitMs: number
  /** Makes fail what is running, the innermost last. */
  readonly #running: ((error: StartTimeoutError) => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #isOver = false

  /**
   * @param app whose `register` and `after` it watches, and those of its children
   * @param limitMs 0: as long as they need
   */
  constructor(app: FastifyInstance, limitMs: number) {
    this.#limitMs = limitMs
    const register = Reflect.get(app, 'register') as Method
    const after = Reflect.get(app, 'after') as Method
    const limitedPlugin = (plugin: unknown): unknown => this.#limitedPlugin(plugin)
    const limitedListener = (listener: unknown): unknown =>
      typeof listener === 'function' ? this.#limited(listener as AnyFunction, 2) : listener
    Object.assign(app, {
      register(this: FastifyInstance, plugin: unknown, ...rest: unknown[]) {
        return register.call(this, limitedPlugin(plugin), ...rest)
      },
      after(this: FastifyInstance, listener?: unknown) {
        return after.call(this, limitedListener(listener))
      }
    })
  }

  /** Runs one plugin's start, or one hook, in a time of its own. One after the other, never two at once. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    if (this.#limitMs > 0)
      this.#timer = setTimeout(() => {
        this.#isOver = true
        this.#failInnermost()
      }, this.#limitMs)
    try {
      return await work()
    } finally {
      clearTimeout(this.#timer)
      this.#isOver = false
    }
  }

  /**
   * Runs a part of it, which can be made to fail. What it resolves with is dropped: it may be an instance of Fastify,
   * which is a thenable that waits for more than the part.
   * @throws {StartTimeoutError} when time is up and nothing runs inside it
   */
  async run(part: () => unknown): Promise<void> {
    let fail!: (error: StartTimeoutError) => void
    const timeUp = new Promise<never>((_, reject) => (fail = reject))
    this.#running.push(fail)
    this.#failInnermostSoon()
    try {
      await Promise.race([timeUp, settled(part)])
    } finally {
      this.#running.splice(this.#running.lastIndexOf(fail), 1)
      this.#failInnermostSoon()
    }
  }

  /** Once those have failed that waited for the one before. */
  #failInnermostSoon(): void {
    if (this.#isOver) setImmediate(() => this.#failInnermost())
  }

  #failInnermost(): void {
    if (this.#isOver) this.#running.at(-1)?.(new StartTimeoutError())
  }

  /** Whatever `register` takes: a function, a module, or a promise of either. The rest is for avvio to refuse. */
  #limitedPlugin(plugin: unknown): unknown {
    if (typeof plugin === 'function') return this.#limited(plugin as AnyFunction, 3)
    if (typeof plugin !== 'object' || plugin === null) return plugin
    if ('default' in plugin && typeof plugin.default === 'function')
      return this.#limitedPlugin(plugin.default)
    if (!('then' in plugin)) return plugin
    const load = async (): Promise<unknown> => {
      let loaded: unknown
      await this.run(async () => void (loaded = await Promise.resolve(plugin)))
      return this.#limitedPlugin(loaded)
    }
    // oxlint-disable-next-line unicorn/no-thenable -- its time begins when avvio asks for it
    return { then: (...listeners: Parameters<Promise<unknown>['then']>) => load().then(...listeners) }
  }

  /** The function as a proxy, so that its metadata is its own. It gets a callback if it has so many parameters. */
  #limited(target: AnyFunction, withCallback: number): AnyFunction {
    return new Proxy(target, {
      apply: (_, self, args: unknown[]) => {
        if (target.length < withCallback) return this.run(() => Reflect.apply(target, self, args))
        void this.#callBack(args.at(-1) as Callback, callback =>
          Reflect.apply(target, self, [...args.slice(0, -1), callback])
        )
        return undefined
      }
    })
  }

  async #callBack(done: Callback, call: (callback: Callback) => unknown): Promise<void> {
    let error: unknown
    try {
      await this.run(() => calledBack(call))
    } catch (cause) {
      error = cause
    }
    done(error)
  }
}

/** Tells of a plugin that it took too long. */
export function timeoutProblem(plugin: string, cause: StartTimeoutError): Problem {
  const message = 'did not finish starting in time'
  return {
    code: 'PLUGIN_TIMEOUT',
    where: `plugins.${plugin}`,
    message,
    hint: 'see server.startTimeoutMs',
    cause
  }
}

/** Rejects where the function throws, too: avvio would let that end the process. */
async function settled(part: () => unknown): Promise<void> {
  await part()
}

/** Settles when the callback is called, or as the promise that is returned all the same. */
function calledBack(call: (callback: Callback) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const result = call(error => (error ? reject(error) : resolve(undefined)))
    if (result instanceof Promise) resolve(result)
  })
}
