import type { FastifyBaseLogger } from 'fastify'
import type { TokenSettings } from './config.ts'

type Definitions = TokenSettings['scopes']

/** The lists of a scope with those of the scopes that it extends. */
interface Rules {
  readonly allow: readonly Pattern[]
  readonly modules: readonly Pattern[]
  readonly deny: readonly Pattern[]
}

interface Pattern {
  /** Where it stands, for messages. */
  readonly place: string
  readonly fits: (text: string) => boolean
}

/** Unknown scopes that are warned of, each once: tokens of other issuers may hold any number. */
const maxWarnings = 100

/** What scopes permit, compiled: one look-up for each scope of a principal. */
export class Scopes {
  readonly #rules: ReadonlyMap<string, Rules>
  readonly #log: Pick<FastifyBaseLogger, 'warn'>
  readonly #warned = new Set<string>()
  /** Known endpoints. */
  #endpoints: ReadonlySet<string> = new Set()
  /** What each scope permits of them. */
  #permitted: ReadonlyMap<string, ReadonlySet<string>> = new Map()

  constructor(definitions: Definitions, log: Pick<FastifyBaseLogger, 'warn'>) {
    const names = Object.keys(definitions)
    this.#rules = new Map(names.map(name => [name, rulesOf(definitions, name)]))
    this.#log = log
  }

  /**
   * Compiles the scopes for the endpoints that there are.
   * @returns where the patterns stand that fit none
   */
  compile(endpoints: readonly string[]): string[] {
    this.#endpoints = new Set(endpoints)
    this.#permitted = new Map(
      [...this.#rules].map(([name, rules]) => [name, new Set(endpoints.filter(id => decide(rules, id)))])
    )
    const modules = new Set(endpoints.map(moduleOf))
    const idle = [...this.#rules.values()].flatMap(rules => [
      ...[...rules.allow, ...rules.deny].filter(({ fits }) => !endpoints.some(fits)),
      ...rules.modules.filter(({ fits }) => ![...modules].some(fits))
    ])
    return [...new Set(idle.map(({ place }) => place))]
  }

  /** Whether one of the scopes permits an endpoint. A scope that is not defined permits nothing, and is warned of once. */
  permit(scopes: readonly string[], endpoint: string): boolean {
    const isKnown = this.#endpoints.has(endpoint)
    return scopes.some(name => {
      const rules = this.#rules.get(name)
      if (!rules) this.#warn(name)
      return (
        rules !== undefined && (isKnown ? this.#permitted.get(name)?.has(endpoint) : decide(rules, endpoint))
      )
    })
  }

  #warn(scope: string): void {
    if (this.#warned.has(scope) || this.#warned.size >= maxWarnings) return
    this.#warned.add(scope)
    this.#log.warn({ scope }, 'a token has a scope that is not defined: it permits nothing')
  }
}

/** `v1.order` of `v1.order+get`. */
function moduleOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.indexOf('+'))
}

/** What is denied is denied; else what is allowed, or belongs to a module, is permitted. */
function decide({ deny, allow, modules }: Rules, endpoint: string): boolean {
  if (deny.some(({ fits }) => fits(endpoint))) return false
  return allow.some(({ fits }) => fits(endpoint)) || modules.some(({ fits }) => fits(moduleOf(endpoint)))
}

function rulesOf(definitions: Definitions, name: string): Rules {
  const lineage = lineageOf(definitions, name, new Set())
  const all = (list: 'allow' | 'modules' | 'deny'): Pattern[] =>
    [...lineage].flatMap(one =>
      (definitions[one]?.[list] ?? []).map(text => ({
        place: `scopes.${one}.${list}: '${text}'`,
        fits: glob(text)
      }))
    )
  return { allow: all('allow'), modules: all('modules'), deny: all('deny') }
}

function lineageOf(definitions: Definitions, name: string, seen: Set<string>): Set<string> {
  if (seen.has(name) || !Object.hasOwn(definitions, name)) return seen
  seen.add(name)
  for (const parent of definitions[name]?.extends ?? []) lineageOf(definitions, parent, seen)
  return seen
}

/** `*` stands for any text. */
function glob(pattern: string): (text: string) => boolean {
  if (!pattern.includes('*')) return text => text === pattern
  const parts = pattern.split('*').map(part => part.replaceAll(/[.+]/g, String.raw`\$&`))
  const regular = new RegExp(`^${parts.join('.*')}$`)
  return text => regular.test(text)
}
