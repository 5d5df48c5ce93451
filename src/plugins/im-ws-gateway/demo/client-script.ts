import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The version that the page is written for, and which it says how to install. */
export const clientVersion = '3.5.2'

/** What the client may be called where it is installed; the second is its alias in this repository. */
const names = ['open-im-sdk', 'oim352']

/**
 * The module of the client for browsers as its makers have built it, from wherever it is installed. It is not part of
 * this package: it has a licence of its own (Apache-2.0).
 * @param from a file; packages are looked for from there on up
 * @returns `undefined` when no client of that version is there
 */
export function clientScript(from: string): string | undefined {
  const resolver = createRequire(from)
  for (const name of names) {
    const folder = folderOf(resolver, name)
    if (folder !== undefined && versionIn(folder) === clientVersion)
      return readFileSync(join(folder, 'lib', 'index.es.js'), 'utf8')
  }
  return undefined
}

function folderOf(resolver: NodeJS.Require, name: string): string | undefined {
  try {
    // Its package.json is not exported, its entry is: `lib/index.js`.
    return dirname(dirname(resolver.resolve(name)))
  } catch {
    return undefined
  }
}

function versionIn(folder: string): unknown {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown }
  return version
}
