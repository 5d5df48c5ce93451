import { readFileSync, statSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { nearest } from './nearest.ts'
import { StartupError, type Problem } from './problems.ts'
import { allowedValues, type SchemaNode } from './schema.ts'

/** A setting that a variable can set. */
export interface Leaf {
  readonly path: readonly string[]
  readonly node: SchemaNode
}

/** A value from the environment and the variable that it came from. */
export interface EnvValue {
  readonly path: readonly string[]
  /** `undefined` when the variable is set, but not to be read. */
  readonly value: unknown
  readonly from: string
}

/** Short names for the server's own settings, as platforms set them. The long names win. */
const shortNames: Readonly<Record<string, string>> = {
  PORT: 'PAIFANG_SERVER_PORT',
  HOST: 'PAIFANG_SERVER_HOST',
  LOG_LEVEL: 'PAIFANG_SERVER_LOG_LEVEL'
}

const prefix = 'PAIFANG_'

/** The variable of a setting: `['sign-bridge', 'timeoutMs']` is `PAIFANG_SIGN_BRIDGE_TIMEOUT_MS`. */
export function variableName(path: readonly string[]): string {
  const words = path.map(part => part.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('-', '_'))
  return prefix + words.join('_').toUpperCase()
}

/** The settings below `view` that have a variable: everything but objects with fixed keys, which are walked. */
export function leavesOf(view: SchemaNode, path: readonly string[]): Leaf[] {
  if (!view.properties) return [{ path, node: view }]
  return Object.entries(view.properties).flatMap(([key, child]) => leavesOf(child, [...path, key]))
}

/**
 * The environment over the variables of a `.env` file; empty values count as unset.
 * @throws {StartupError} when there is such a file, but it cannot be read, or names a variable of ours without a value
 */
export function mergeEnvironment(
  env: NodeJS.ProcessEnv,
  envFile: string | undefined
): Record<string, string | undefined> {
  const isFile = envFile && statSync(envFile, { throwIfNoEntry: false })?.isFile()
  const fromFile = isFile ? readEnvFile(envFile) : {}
  const set = [...Object.entries(fromFile), ...Object.entries(env)].filter(([, value]) => value)
  return Object.fromEntries(set)
}

function readEnvFile(file: string): Record<string, string | undefined> {
  let text: string
  try {
    text = readText(file)
  } catch (cause) {
    const message = `cannot be read: ${(cause as NodeJS.ErrnoException).code ?? 'unknown error'}`
    throw new StartupError([{ code: 'CONFIG_UNREADABLE', where: file, message, cause }])
  }
  const problems = text.split('\n').flatMap((line, index): Problem[] => {
    const [, name] = /^\s*(?:export\s+)?(PAIFANG_\w+)[^=]*$/.exec(line) ?? []
    if (name === undefined) return []
    const hint = `write ${name}=value, or # in front of it`
    const position = `${file}:${index + 1}`
    return [{ code: 'CONFIG_UNREADABLE', where: name, position, message: 'has no = behind it', hint }]
  })
  if (problems.length > 0) throw new StartupError(problems)
  return parseEnv(text)
}

/** The text of a file, without the byte order mark that some editors of Windows begin it with. */
function readText(file: string): string {
  return new TextDecoder().decode(readFileSync(file))
}

/** Reads the variables of all `leaves`. */
export function readVariables(
  env: Record<string, string | undefined>,
  leaves: readonly Leaf[]
): { values: EnvValue[]; problems: Problem[] } {
  const values: EnvValue[] = []
  const problems: Problem[] = []
  const byName = new Map<string, Leaf>()
  for (const leaf of leaves) {
    const name = variableName(leaf.path)
    const other = byName.get(name)
    const message = `stands for both ${other?.path.join('.')} and ${leaf.path.join('.')}`
    if (other) problems.push({ code: 'ENV_AMBIGUOUS', where: name, message, hint: 'rename one of the two' })
    byName.set(name, leaf)
  }
  for (const [name, { path, node }] of byName) {
    const short = Object.keys(shortNames).find(key => shortNames[key] === name)
    const from = env[name] === undefined && short && env[short] ? short : name
    const file = byName.has(`${name}_FILE`) ? undefined : env[`${name}_FILE`]
    const fail = (problem: Problem): void => {
      problems.push(problem)
      values.push({ path, value: undefined, from: problem.where })
    }
    if (env[name] && file) {
      const message = `is set, and so is ${name}_FILE`
      fail({ code: 'ENV_CONFLICT', where: name, message, hint: 'unset one of the two' })
    } else if (file) {
      try {
        const text = readText(file).replace(/\r?\n$/, '')
        values.push({ path, value: coerce(node, text), from: `${name}_FILE` })
      } catch (error) {
        const message = `cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`
        fail({
          code: 'SECRET_UNREADABLE',
          where: `${name}_FILE`,
          message,
          hint: `mount the file, or set ${name}`
        })
      }
    } else if (env[from]) {
      values.push({ path, value: coerce(node, env[from]), from })
    }
  }
  return { values, problems }
}

/** What Kubernetes sets in every container for a service that is called `paifang`. */
const serviceLink =
  /^PAIFANG_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/

/**
 * Finds `PAIFANG_` variables that belong to no setting.
 * @param names the variables that exist
 * @param opaque beginnings of names that cannot be judged, because the plugin they belong to was not loaded
 */
export function unknownVariables(
  env: Record<string, string | undefined>,
  names: ReadonlySet<string>,
  opaque: readonly string[]
): Problem[] {
  const all = [...names, 'PAIFANG_CONFIG']
  const unknown = Object.keys(env).filter(name => {
    const known = all.includes(name) || names.has(name.replace(/_FILE$/, ''))
    return (
      name.startsWith(prefix) &&
      !known &&
      !serviceLink.test(name) &&
      !opaque.some(beginning => name.startsWith(beginning))
    )
  })
  return unknown.map(name => {
    const guess = nearest(
      name.slice(prefix.length),
      all.map(other => other.slice(prefix.length))
    )
    const hint = guess ? `did you mean ${prefix}${guess}?` : '`paifang env` lists the variables that exist'
    return { code: 'ENV_UNKNOWN', where: name, message: 'no setting has this name', hint }
  })
}

/** Reads text as the type that the schema wants; text that does not fit stays text, for validation to refuse. */
function coerce(node: SchemaNode, text: string): unknown {
  const types = new Set(
    [node, ...(node.anyOf ?? [])].flatMap(({ type = [] }) => (typeof type === 'string' ? [type] : type))
  )
  if (types.has('boolean')) {
    if (/^(true|1|yes|on)$/i.test(text)) return true
    if (/^(false|0|no|off)$/i.test(text)) return false
  }
  if ((types.has('number') || types.has('integer')) && /^[+-]?\d+(\.\d+)?$/.test(text)) return Number(text)
  if ((types.has('array') || types.has('object')) && /^\s*[[{]/.test(text)) return parseJson(text)
  if (types.has('array') && node.items) {
    const items = text.split(',').map(item => item.trim())
    return items.filter(item => item !== '').map(item => coerce(node.items ?? {}, item))
  }
  if (types.has('string') || allowedValues(node)) return text
  return parseJson(text)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
