import type { CatalogueEntry } from './api-error.ts'
import { Errors } from './errors.ts'
import { httpEntries } from './http-statuses.ts'

/** Codes with a meaning of their own in front ends of the `flask` dialect. No plugin may give them another. */
export const reservedCodes: readonly number[] = [1000, 1005, 1006, 1008, 1009, 1010, 2001, 10_033, 10_034]

const builtIn = 'api-error'
const keyPattern = /^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)?$/

interface Owned {
  readonly entry: CatalogueEntry
  readonly owner: string
}

/** Every kind of failure that the gateway can answer with. Keys and `flask` codes belong to one owner. */
export class Catalogue {
  readonly #byKey = new Map<string, Owned>()
  readonly #byCode = new Map<number, Owned>()

  constructor() {
    for (const entry of [...httpEntries, ...Object.values(Errors)]) this.#add(builtIn, entry)
  }

  /** @throws {Error} naming both owners when a key or a code is taken, and what is wrong with a malformed entry */
  define(owner: string, entries: Readonly<Record<string, CatalogueEntry>>): void {
    for (const entry of Object.values(entries)) {
      const fault = this.#faultOf(entry)
      if (fault) throw new Error(`Error '${entry.key}' of plugin '${owner}': ${fault}`)
      this.#add(owner, entry)
    }
  }

  /** All entries, or those of one owner, sorted by key. */
  list(owner?: string): readonly CatalogueEntry[] {
    return [...this.#byKey.values()]
      .filter(owned => owner === undefined || owned.owner === owner)
      .map(({ entry }) => entry)
      .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  }

  /** The entry that a `flask` code stands for; the first, where built-in entries share one. */
  byCode(code: number): CatalogueEntry | undefined {
    return this.#byCode.get(code)?.entry
  }

  #add(owner: string, entry: CatalogueEntry): void {
    this.#byKey.set(entry.key, { entry, owner })
    if (!this.#byCode.has(entry.flask)) this.#byCode.set(entry.flask, { entry, owner })
  }

  #faultOf({ key, http, flask, ws3 = http }: CatalogueEntry): string | undefined {
    const sameKey = this.#byKey.get(key)
    if (sameKey) return `the key is taken by plugin '${sameKey.owner}'`
    const sameCode = this.#byCode.get(flask)
    if (sameCode)
      return `flask code ${flask} is taken by '${sameCode.entry.key}' of plugin '${sameCode.owner}'`
    if (reservedCodes.includes(flask)) return `flask code ${flask} is reserved for existing front ends`
    if (!keyPattern.test(key)) return 'the key is not of the form area.reason, in lower case'
    if (!Number.isInteger(http) || http < 400 || http > 599) return `http ${http} is not within 400–599`
    if (!Number.isInteger(flask) || flask < 600) return `flask code ${flask} is not an integer from 600 on`
    if (!Number.isInteger(ws3) || ws3 < 400) return `ws3 code ${ws3} is not an integer from 400 on`
    return undefined
  }
}
