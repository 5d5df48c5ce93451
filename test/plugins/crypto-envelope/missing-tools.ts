import { spawnSync } from 'node:child_process'

/**
 * The commands among `tools` that are not installed.
 * @throws {Error} instead when `CI` is `true`, where nothing may be skipped
 */
export function missingTools(...tools: readonly string[]): string[] {
  const missing = tools.filter(tool => !isInstalled(tool))
  if (missing.length > 0 && process.env['CI'] === 'true')
    throw new Error(`these tests need ${missing.join(', ')}`)
  return missing
}

/** Whether a command can be run here. */
export function isInstalled(tool: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0
}
