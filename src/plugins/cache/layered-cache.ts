import type { FastifyRequest } from 'fastify'
import { RequestCaches } from './context.ts'
import { Core, type CoreParts } from './core.ts'
import { makeHandle } from './handle.ts'
import { personTag } from './person.ts'
import type {
  Cache,
  CacheContext,
  CacheHandle,
  CacheStats,
  CacheUser,
  ContextCache,
  CacheDefineOptions,
  CachePolicy
} from './service.ts'
import { statsOf } from './stats.ts'
import { tagFault } from './tag.ts'

/** The cache of one process, and its share in the one of all nodes. */
export class LayeredCache implements Cache {
  readonly core: Core
  #userOf: ((request: FastifyRequest) => CacheUser | undefined) | undefined

  constructor(parts: CoreParts) {
    this.core = new Core(parts)
  }

  /** Whether anybody tells who the user of a request is. */
  get knowsUsers(): boolean {
    return this.#userOf !== undefined
  }

  userOf(request: FastifyRequest): CacheUser | undefined {
    return this.#userOf?.(request)
  }

  define<T, Args extends unknown[]>(
    name: string,
    policy: CachePolicy,
    work: (key: string, ...args: Args) => T | Promise<T>,
    options: CacheDefineOptions<Args> = {}
  ): CacheHandle<T, Args> {
    checkName(name)
    if (typeof work !== 'function') throw new TypeError(`Cache '${name}' has no work to do`)
    const resolved = this.core.policies.of(policy)
    const section = this.core.sections.addHandle(name, options.shared ?? true)
    return makeHandle(this.core, { section, policy: resolved, work, options })
  }

  of(context: CacheContext): ContextCache {
    return new RequestCaches(this.core, context)
  }

  async clearTag(tag: string): Promise<void> {
    const fault = tagFault(tag)
    if (fault !== undefined) throw new TypeError(fault)
    await this.core.forget({ ids: [], tags: [tag] })
  }

  async clearUser(identity: string): Promise<void> {
    await this.core.forget({ ids: [], tags: [personTag({ identity })] })
  }

  identify(userOf: (request: FastifyRequest) => CacheUser | undefined): void {
    if (this.#userOf) throw new Error('Somebody tells the cache already who the users are')
    this.#userOf = userOf
  }

  stats(): CacheStats {
    return statsOf(this.core)
  }
}

function checkName(name: unknown): void {
  if (typeof name === 'string' && /^[a-z][\w\-.:]{0,63}$/i.test(name)) return
  const shown = String(name).slice(0, 80)
  throw new TypeError(
    `'${shown}' is no name for a cache: a letter, then letters, digits and -_.:, at most 64`
  )
}
