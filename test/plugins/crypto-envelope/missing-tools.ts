import { spawnSync } from 'node:child_process'

/**
 * The commands among `tools` that are not installed.
 * @throws {Error} instead when `CI` is `true`, where nothing may be skipped
 */
export function missingTools(...tools: readonly string[]): string[] {
  const missing = tools.filter(tool => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0)
  if (missing.length > 0 && process.env['CI'] === 'true')
    throw new Error(`these tests need ${missing.join(', ')}`)
  return missing
}
