import type { FastifyReply, FastifyRequest } from 'fastify'

/** Makes a member of the context of a request. */
export type MakeMember = (request: FastifyRequest, reply: FastifyReply) => unknown

/** The plugins whose members the context has of itself or gets by `extend`, by the names of the members. */
const plugins = {
  user: 'sessions',
  useAuthCookie: 'sessions',
  http: 'http-client',
  get: 'http-client',
  post: 'http-client',
  put: 'http-client',
  delete: 'http-client',
  guard: 'http-client',
  publicCache: 'cache',
  userCache: 'cache',
  clearUserCache: 'cache',
  term: 'term',
  clicks: 'click-stats',
  related: 'related'
} as const

/** Members that are there whatever plugins are on. */
const own = new Set(['params', 'query', 'body', 'path', 'log', 'config', 'request', 'reply'])

/** Members that other plugins add. */
const foreign = new Set<PluginMember>(['term', 'clicks', 'related'])

/** The member of a context whose plugin is off. */
export type PluginMember = keyof typeof plugins

/** Says that a member is not there, and why. */
export function missingMember(name: PluginMember): Error {
  return new Error(`this.${name} belongs to the plugin ${plugins[name]}, which is off`)
}

/** The names that members of contexts have, and what makes those of other plugins. */
export class ContextMembers {
  readonly #made = new Map<string, MakeMember>()
  /** Files whose objects have members of their own, by the names of those. */
  readonly #ofFiles = new Map<string, string>()
  #isClosed = false

  /** @throws {Error} when the name is taken, cannot be one, or it is too late */
  add(name: string, make: MakeMember): void {
    if (this.#isClosed) throw new Error(`this.${name} cannot be added any more: the gateway is ready`)
    const isExpected = foreign.has(name as PluginMember) && !this.#made.has(name)
    const fault = isExpected ? undefined : this.faultOf(name)
    if (fault !== undefined) throw new Error(`Route files cannot have a further this.${name}: ${fault}`)
    const file = this.#ofFiles.get(name)
    if (file !== undefined)
      throw new Error(`Route files cannot have this.${name}: ${file} has one of its own`)
    this.#made.set(name, make)
  }

  /** What makes the members of other plugins, or says that these are off. */
  all(): ReadonlyMap<string, MakeMember> {
    const off = [...foreign].map(name => {
      const refuse: MakeMember = () => {
        throw missingMember(name)
      }
      return [name, refuse] as const
    })
    return new Map([...off, ...this.#made])
  }

  /** Notes that the object of a file has a member of this name. */
  note(name: string, file: string): void {
    this.#ofFiles.set(name, file)
  }

  close(): void {
    this.#isClosed = true
  }

  /** Why the object of a file cannot have a member of this name; `undefined`: it can. */
  faultOf(name: string): string | undefined {
    if (this.#made.has(name)) return 'a plugin has added one'
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) return 'that is no name for a member'
    if (name in Object.prototype || name === 'then')
      return 'all objects have something of that name, or promises'
    if (own.has(name)) return 'the context has one'
    return Object.hasOwn(plugins, name)
      ? `it belongs to the plugin ${plugins[name as PluginMember]}`
      : undefined
  }
}
