import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Exports } from './module-exports.ts'

/** Loads a module by its URL. */
export type ImportModule = (url: string) => Promise<Exports>

export const importModule: ImportModule = async url => (await import(url)) as Exports

const loaded = createRequire(import.meta.url).cache
const isTypeScript = /\.[cm]?ts$/
const needsRunner =
  'is TypeScript, which this Node does not run: take Node 22.18 or later, start the gateway with tsx (`node --import tsx …`), or build the files and set `directory` to what comes out'

/**
 * Loads the module of a file.
 * @param version loads it anew when it was loaded before in another version; what it imports is not loaded anew
 * @throws {TypeError} telling why it cannot be loaded
 */
export async function importFile(
  path: string,
  version: string | undefined,
  load: ImportModule
): Promise<Exports> {
  const url = pathToFileURL(path)
  if (version !== undefined) {
    url.searchParams.set('version', version)
    // CommonJS modules are known by their paths.
    delete loaded[path]
  }
  try {
    return await load(url.href)
  } catch (error) {
    throw new TypeError(reasonOf(path, error), { cause: error })
  }
}

function reasonOf(path: string, error: unknown): string {
  if (!(error instanceof Error)) return `throws ${String(error)} when it is loaded`
  const { code = '' } = error as NodeJS.ErrnoException
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && isTypeScript.test(path)) return needsRunner
  // Node repeats where the file is.
  const text = error.message.split(/ imported from |\n/)[0] ?? ''
  return `cannot be loaded: ${error.name}: ${text.replaceAll(path, 'it')}`
}
