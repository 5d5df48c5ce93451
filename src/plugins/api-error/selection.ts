import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Dialect } from './dialects/dialect.ts'
import type { Dialects } from './dialects/index.ts'
import { byQuality } from './quality.ts'
import type { DialectName, RouteAnswers } from './service.ts'

/** What is known of a route's dialect before any request. */
export interface Choice {
  readonly dialect: Dialect
  /** The caller may ask for another by `Accept`, so answers vary by it. */
  readonly negotiable: boolean
}

export interface SelectionOptions {
  readonly dialect: DialectName
  readonly prefixes: Readonly<Record<string, DialectName>>
  readonly negotiate: boolean
}

const choiceKey = Symbol('dialect of the route')

declare module 'fastify' {
  interface FastifyContextConfig {
    [choiceKey]?: Choice
  }
}

const namesDialect = /problem\+json|vnd\.paifang\./i
const vendorType = /^application\/vnd\.paifang\.(plain|flask|ws3|openim|problem)\+json$/

/**
 * Decides who answers in which dialect: the route's `config.dialect`, then the longest prefix of the settings, then
 * the caller's `Accept`, then the plugin's default, then the gateway's.
 */
export class Selection {
  readonly #dialects: Dialects
  readonly #default: Dialect
  readonly #negotiate: boolean
  readonly #prefixes: readonly (readonly [string, Dialect])[]
  readonly #defaults = new WeakMap<object, Dialect>()
  readonly #byUrl = new Map<string, Choice>()

  constructor(dialects: Dialects, { dialect, prefixes, negotiate }: SelectionOptions) {
    this.#dialects = dialects
    this.#default = dialects[dialect]
    this.#negotiate = negotiate
    this.#prefixes = Object.entries(prefixes)
      .map(([prefix, name]) => [prefix.replace(/\/+$/, ''), dialects[name]] as const)
      .toSorted(([a], [b]) => b.length - a.length)
  }

  /** The dialect for whom nothing is known about. */
  get default(): Dialect {
    return this.#default
  }

  /** Sets the default of the routes of `app` and its children. */
  setDefault(app: object, name: DialectName): void {
    this.#defaults.set(app, this.#dialects[name])
  }

  /**
   * Decides what can be decided about a route, and keeps it for {@link choiceOf}.
   * @throws {TypeError} when the route names a dialect that does not exist
   */
  decide(app: FastifyInstance, route: RouteOptions): Choice {
    const name = route.config?.dialect
    if (name !== undefined && !Object.hasOwn(this.#dialects, name))
      throw new TypeError(`Route ${String(route.method)} ${route.url}: there is no dialect '${name}'`)
    const fixed = name ? this.#dialects[name] : this.#byPrefix(route.url)
    const choice = fixed
      ? { dialect: fixed, negotiable: false }
      : { dialect: this.#defaultOf(app), negotiable: this.#negotiate }
    route.config = { ...route.config, [choiceKey]: choice }
    if (!this.#byUrl.has(route.url)) this.#byUrl.set(route.url, choice)
    return choice
  }

  /**
   * What is decided about the request's route or, where it has none, about a route for other methods at the same
   * URL, or about its prefix.
   */
  choiceOf(request: FastifyRequest): Choice {
    const path = pathOf(request.url)
    const decided = request.routeOptions.config?.[choiceKey] ?? this.#byUrl.get(path)
    if (decided) return decided
    const fixed = this.#byPrefix(path)
    return fixed
      ? { dialect: fixed, negotiable: false }
      : { dialect: this.#default, negotiable: this.#negotiate }
  }

  /** What the answers of a route look like to callers who ask for nothing else. */
  answersOf({ url, config }: Pick<RouteOptions, 'url' | 'config'>): RouteAnswers {
    const dialect = config?.[choiceKey]?.dialect ?? this.#byPrefix(url) ?? this.#default
    const { name, schemas, mediaType, always200 } = dialect
    return { dialect: name, ...schemas, failureType: mediaType, always200, ...examplesIn(dialect) }
  }

  /** The dialect for one request. */
  pick({ dialect, negotiable }: Choice, accept: string | undefined): Dialect {
    if (!negotiable || accept === undefined || !namesDialect.test(accept)) return dialect
    for (const { value, q } of byQuality(accept)) {
      const name = value === 'application/problem+json' ? 'problem' : vendorType.exec(value)?.[1]
      if (name !== undefined && q > 0) return this.#dialects[name as DialectName]
    }
    return dialect
  }

  #byPrefix(path: string): Dialect | undefined {
    return this.#prefixes.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1]
  }

  #defaultOf(app: object): Dialect {
    for (
      let scope: object | null = app;
      scope !== null;
      scope = Object.getPrototypeOf(scope) as object | null
    ) {
      const dialect = this.#defaults.get(scope)
      if (dialect) return dialect
    }
    return this.#default
  }
}

function examplesIn(dialect: Dialect): Pick<RouteAnswers, 'successBody' | 'failureBody'> {
  const nothing = { fields: [], method: '', path: '', requestId: '8a1f6f0e-1c5d-4d0b-9a3e-52f0c6c1f4d7' }
  return {
    successBody: data =>
      dialect.dataKey === undefined ? data : dialect.body({ ok: true, data, status: 200, url: '/' }),
    failureBody: entry => {
      const body = Object.entries(dialect.body({ ok: false, entry, locale: 'zh-CN', ...nothing }))
      return Object.fromEntries(body.filter(([, value]) => value !== undefined))
    }
  }
}

/** Tells caches that the answer depends on `Accept`, besides whatever it depends on already. */
export function varyByAccept(reply: FastifyReply): void {
  const given = reply.getHeader('vary')
  const names = given === undefined ? [] : String(given).split(/\s*,\s*/)
  if (names.some(name => /^(?:accept|\*)$/i.test(name))) return
  reply.header('vary', [...names, 'Accept'].join(', '))
}

/** The path of a URL, without its query. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/)
  return end === -1 ? url : url.slice(0, end)
}
