import { Ask } from './ask.ts'
import { boxOf } from './box.ts'
import type { Core } from './core.ts'
import { failureKind } from './failure-kind.ts'
import { digestOf, keyPart, keyText } from './key-text.ts'
import { identityOf, personTag } from './person.ts'
import type { Policy } from './policy.ts'
import type { Section } from './section.ts'
import type { CacheCall, CacheContext, CacheUser, ContextCache, CachePolicy } from './service.ts'
import { touchMs } from './store.ts'

/** Longer keys are kept as their digests. */
const maxKeyCharacters = 512
const digestPrefix = '#'

/** The caches of one request. */
export class RequestCaches implements ContextCache {
  readonly #core: Core
  readonly #context: CacheContext
  /** What the keys of all calls begin with. */
  #prefix: string | undefined

  constructor(core: Core, context: CacheContext) {
    this.#core = core
    this.#context = context
  }

  publicCache<T>(...call: CacheCall<T>): Promise<T> {
    try {
      return this.#open(this.#core.sections.of('public', this.#context.routeId), call)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  userCache<T>(...call: CacheCall<T>): Promise<T> {
    const { routeId, user } = this.#context
    const { sections } = this.#core
    try {
      return user
        ? this.#sealed(sections.of('user', routeId), user, call)
        : this.#open(sections.of('guest', routeId), call)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async clearUserCache(): Promise<void> {
    const { user } = this.#context
    if (user) await this.#core.forget({ ids: [], tags: [personTag(user)] })
  }

  /** A hit costs the key and a look into a map. */
  #open<T>(section: Section, call: CacheCall<T>): Promise<T> {
    const { served, force = false } = this.#context
    const policy = this.#policyOf(call)
    if (this.#isBypassed(policy)) return this.#bypass(section, policy, workOf(call))
    const text = this.#textOf(call)
    const digest = text.length > maxKeyCharacters ? digestOf(text) : undefined
    const key = digest === undefined ? text : digestPrefix + digest
    const entry = section.entries.get(key)
    if (entry?.promise !== undefined && !force && served === undefined && policy.early === 0) {
      const now = this.#core.wheel.now()
      if (now < entry.freshUntil(policy) && now - entry.touchedAt < touchMs) {
        section.counts.hit++
        return entry.promise as Promise<T>
      }
    }
    const known = digest === undefined ? {} : { digest }
    const ask = { section, key, policy, run: workOf(call), classify: failureKind, force, served, ...known }
    return this.#core.engine.read(new Ask(ask)) as Promise<T>
  }

  #sealed<T>(section: Section, user: CacheUser, call: CacheCall<T>): Promise<T> {
    const { served, force = false } = this.#context
    const policy = this.#policyOf(call)
    const run = workOf(call)
    if (user.uncached || this.#isBypassed(policy)) return this.#bypass(section, policy, run)
    const digest = digestOf(keyPart(identityOf(user)) + this.#textOf(call))
    const box = boxOf(user, section.idOf(digest))
    const tags = (): readonly string[] => [personTag(user)]
    const ask = { section, key: digest, digest, policy, run, classify: failureKind, box, tags, force, served }
    return this.#core.engine.read(new Ask(ask)) as Promise<T>
  }

  #policyOf<T>(call: CacheCall<T>): Policy {
    if (call.length < 2 || typeof call[call.length - 1] !== 'function')
      throw new TypeError('A cache is called with keys, a policy, and what does the work')
    return this.#core.policies.of(call[call.length - 2] as CachePolicy)
  }

  #textOf<T>(call: CacheCall<T>): string {
    const { method, params } = this.#context
    // No part of a key begins with '!'.
    const isRead = method === 'GET' || method === 'HEAD'
    this.#prefix ??= isRead ? keyPart(params) : `!${keyPart(method)}${keyPart(params)}`
    return this.#prefix + keyText(call, call.length - 2)
  }

  #isBypassed(policy: Policy): boolean {
    const { method, bypass, user } = this.#context
    const isRead = policy.anyMethod || method === 'GET' || method === 'HEAD'
    return policy.off || !isRead || bypass === true || user?.uncached === true
  }

  #bypass<T>(section: Section, policy: Policy, run: () => T | Promise<T>): Promise<T> {
    const { served } = this.#context
    const ask = new Ask({ section, key: '', policy, run, classify: failureKind, served })
    return this.#core.engine.bypass(ask) as Promise<T>
  }
}

function workOf<T>(call: CacheCall<T>): () => T | Promise<T> {
  return call[call.length - 1] as () => T | Promise<T>
}
