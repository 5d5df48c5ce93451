import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a directory and those that it is in. `mkdir` with `recursive` never returns where the parent exists and
 * refuses, as `/proc` does.
 * @throws {Error} with the `code` of the system
 */
export async function makeDirectory(directory: string): Promise<void> {
  if (existsSync(directory)) return
  await makeDirectory(dirname(directory))
  await mkdir(directory).catch((error: unknown) => {
    if (!existsSync(directory)) throw error
  })
}
