import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fault } from './route-faults.ts'
import { isIgnored, isRouteFile } from './route-url.ts'

/** What there is in a directory of routes. */
export interface Scan {
  /** Those that are to answer requests, relative to the directory, in alphabetical order. */
  readonly files: readonly string[]
  /** The directory itself and those below it, absolute. */
  readonly directories: readonly string[]
  readonly faults: readonly Fault[]
}

/**
 * Finds the route files below a directory. Links are followed.
 * @throws {Error} of node:fs when the directory cannot be read
 */
export async function scanDirectory(root: string): Promise<Scan> {
  const files: string[] = []
  const directories: string[] = []
  const faults: Fault[] = []

  const visit = async (relative: string, above: ReadonlySet<string>): Promise<void> => {
    const path = join(root, relative)
    const real = await realpath(path)
    if (above.has(real)) {
      faults.push({ files: [relative], text: 'is a link to a directory that it is in' })
      return
    }
    directories.push(path)
    for (const name of (await readdir(path)).toSorted()) {
      if (isIgnored(name)) continue
      const inside = relative === '' ? name : `${relative}/${name}`
      const found = await stat(join(root, inside)).catch(() => undefined)
      if (found?.isDirectory()) await visit(inside, new Set([...above, real]))
      else if (!isRouteFile(name)) continue
      else if (found?.isFile()) files.push(inside)
      else faults.push({ files: [inside], text: 'is no file that can be read' })
    }
  }

  await visit('', new Set())
  return { files, directories, faults }
}
