import type { Fault } from './route-faults.ts'
import { urlOf } from './route-url.ts'

/** Where a file answers. */
export interface Place {
  readonly file: string
  /** As Fastify writes them: `/card/:id`. More than one where an index has an alias. */
  readonly urls: readonly string[]
}

export interface PlaceOptions {
  readonly prefix: string
  /** An index also answers at `…/index`. */
  readonly indexAlias: boolean
}

const index = /(?:^|\/)index\.[^/]+$/

/** Finds the place of each file, and the faults of names and of files that are in each other's way. */
export function placesOf(
  files: readonly string[],
  { prefix, indexAlias }: PlaceOptions
): { readonly places: readonly Place[]; readonly faults: readonly Fault[] } {
  const places: Place[] = []
  const faults: Fault[] = []
  const taken = new Map<string, string>()
  const parameters = new Map<string, { readonly file: string; readonly name: string }>()

  /** Two names for one parameter would make it a matter of the order which is read. */
  const clashOfNames = (file: string, url: string): Fault | undefined => {
    const parts = url.split('/')
    for (const [at, part] of parts.entries()) {
      if (!part.startsWith(':')) continue
      const before = parts.slice(0, at).join('/')
      const other = parameters.get(before)
      if (!other) parameters.set(before, { file, name: part })
      else if (other.name !== part) {
        const text = `two names for one parameter: ${before}/${other.name} and ${before}/${part}`
        return { files: [other.file, file], text }
      }
    }
    return undefined
  }

  for (const file of files) {
    try {
      const url = `${prefix}${urlOf(file)}`.replace(/(?<=.)\/$/, '')
      const urls = indexAlias && index.test(file) ? [url, `${url === '/' ? '' : url}/index`] : [url]
      const double = urls.find(each => taken.has(each))
      const fault =
        double === undefined
          ? clashOfNames(file, url)
          : { files: [taken.get(double) as string, file], text: `both answer at ${double}` }
      if (fault) faults.push(fault)
      else {
        for (const each of urls) taken.set(each, file)
        places.push({ file, urls })
      }
    } catch (error) {
      faults.push({ files: [file], text: (error as Error).message })
    }
  }
  return { places, faults }
}
