import { join, resolve } from 'node:path'
import { findConfigFile, givenConfig, readConfigFile, type ConfigSource } from '../settings/config-file.ts'
import { mergeEnvironment } from '../settings/environment.ts'
import { isSection, type Section } from '../settings/schema.ts'

/** Where settings are read from. */
export interface ConfigOptions {
  /** The configuration as a value. `use` may hold a plugin itself. */
  readonly config?: unknown
  /** The configuration file; default `PAIFANG_CONFIG`, else `paifang.config.{yaml,yml,json,js}` in `cwd`. */
  readonly configFile?: string
  /** Where `.env` and the configuration file are looked for; default: the working directory. */
  readonly cwd?: string
  /** Default: the process's environment. A `.env` file counts only together with a configuration file. */
  readonly env?: NodeJS.ProcessEnv
}

/** A configuration and an environment, before anything is made of them. */
export interface Written {
  readonly source: ConfigSource
  readonly file: string
  /** The entries under `plugins`. */
  readonly listed: Section
  readonly env: Record<string, string | undefined>
}

/** Reads the configuration, `.env` and the environment. */
export async function readWritten(options: ConfigOptions): Promise<Written> {
  const { config, cwd = process.cwd() } = options
  const isGiven = config !== undefined
  const env = mergeEnvironment(options.env ?? process.env, isGiven ? undefined : join(cwd, '.env'))
  const named = options.configFile ?? env['PAIFANG_CONFIG'] ?? findConfigFile(cwd)
  const file = resolve(cwd, named ?? 'paifang.config.yaml')
  const source = isGiven ? givenConfig(config) : await readConfigFile(file)
  const { plugins } = source.data
  return { source, file, listed: isSection(plugins) ? plugins : {}, env }
}

/** What an entry names with `use`. */
export function useOf(entry: unknown): unknown {
  return isSection(entry) ? entry['use'] : undefined
}
