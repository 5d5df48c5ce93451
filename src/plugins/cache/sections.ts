import { Section, type Scope } from './section.ts'

const maxSections = 10_000
const maxSubjectCharacters = 512

/** All sections, by scope and subject. */
export class Sections {
  readonly #byScope: Readonly<Record<Scope, Map<string, Section>>> = {
    handle: new Map(),
    public: new Map(),
    user: new Map(),
    guest: new Map()
  }
  readonly #shared: boolean
  #size = 0

  /** @param shared whether values of routes may go to the store that nodes share */
  constructor(shared: boolean) {
    this.#shared = shared
  }

  /**
   * The section of a route, made when it is first asked for.
   * @throws {TypeError} for what names no route
   * @throws {RangeError} when there are 10,000 sections: then paths are taken for routes
   */
  of(scope: Exclude<Scope, 'handle'>, routeId: string): Section {
    return (
      this.#byScope[scope].get(routeId) ?? this.#add(new Section(scope, checkedRoute(routeId), this.#shared))
    )
  }

  /** @throws {TypeError} when the name is taken */
  addHandle(name: string, shared: boolean): Section {
    if (this.#byScope.handle.has(name)) throw new TypeError(`There is a cache '${name}' already`)
    return this.#add(new Section('handle', name, shared && this.#shared))
  }

  /** By its whole name, `scope:subject`. */
  named(name: string): Section | undefined {
    const colon = name.indexOf(':')
    const scope = name.slice(0, Math.max(0, colon))
    return Object.hasOwn(this.#byScope, scope)
      ? this.#byScope[scope as Scope].get(name.slice(colon + 1))
      : undefined
  }

  *[Symbol.iterator](): Generator<Section> {
    for (const sections of Object.values(this.#byScope)) yield* sections.values()
  }

  #add(section: Section): Section {
    if (this.#size >= maxSections)
      throw new RangeError(`There are ${maxSections} cached routes: is a path taken for the id of a route?`)
    this.#size++
    this.#byScope[section.scope].set(section.subject, section)
    return section
  }
}

function checkedRoute(routeId: unknown): string {
  if (typeof routeId === 'string' && routeId !== '' && routeId.length <= maxSubjectCharacters) return routeId
  throw new TypeError(`The id of a route is a text of 1–${maxSubjectCharacters} characters`)
}
