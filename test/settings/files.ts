import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A directory of its own for a test, with files in it; gone at the end of the block that it is `using`d in. */
export function directoryWith(
  files: Readonly<Record<string, string>>
): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'paifang-test-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
