import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { importFile, type ImportModule } from './import-file.ts'
import { placesOf, type Place, type PlaceOptions } from './places.ts'
import { routeFile, type FileParts, type RouteFile } from './route-file.ts'
import type { Fault } from './route-faults.ts'
import { scanDirectory } from './scan-directory.ts'

/** What routes are loaded with. */
export interface LoadParts extends FileParts {
  readonly root: string
  readonly places: PlaceOptions
  readonly importModule: ImportModule
  /** Whether files are to be loaded anew when they change. */
  readonly watches: boolean
}

/** A file in one of its versions. */
export interface LoadedFile extends RouteFile {
  /** A digest of its content, where files are watched. */
  readonly version: string | undefined
}

/** The files of a directory. */
export interface LoadedRoutes {
  readonly files: readonly LoadedFile[]
  readonly directories: readonly string[]
  readonly faults: readonly Fault[]
}

/**
 * Loads the files of a directory, and finds all that is wrong with them.
 * @param known those that were loaded before, when this is not the first time: what has not changed is taken as it is
 * @throws {Error} of node:fs when the directory cannot be read
 */
export async function loadRoutes(
  parts: LoadParts,
  known?: ReadonlyMap<string, LoadedFile>
): Promise<LoadedRoutes> {
  const scan = await scanDirectory(parts.root)
  const { places, faults } = placesOf(scan.files, parts.places)
  const results = await Promise.all(places.map(place => loadFile(place, parts, known)))
  const files = results.filter(result => 'endpoints' in result)
  const failed = results.filter(result => 'text' in result)
  return { files, directories: scan.directories, faults: [...scan.faults, ...faults, ...failed] }
}

async function loadFile(
  place: Place,
  parts: LoadParts,
  known: ReadonlyMap<string, LoadedFile> | undefined
): Promise<LoadedFile | Fault> {
  const path = join(parts.root, place.file)
  try {
    const version = parts.watches ? digestOf(await readFile(path)) : undefined
    const before = known?.get(place.file)
    if (before && before.version === version) return before
    const exported = await importFile(path, known && version, parts.importModule)
    return { ...routeFile(place, exported, parts), version }
  } catch (error) {
    return { files: [place.file], text: (error as Error).message }
  }
}

function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 16)
}
