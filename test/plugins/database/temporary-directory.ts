import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory for the files of one test file. */
export interface TemporaryDirectory {
  readonly make: () => void
  readonly remove: () => void
  /** A path in it. */
  readonly path: (...parts: readonly string[]) => string
}

/** Names a directory that exists from `make` to `remove`. */
export function temporaryDirectory(): TemporaryDirectory {
  let directory = ''
  return {
    make: () => void (directory = mkdtempSync(join(tmpdir(), 'paifang-'))),
    remove: () => rmSync(directory, { recursive: true, force: true }),
    path: (...parts) => join(directory, ...parts)
  }
}
