import { readFileSync } from 'node:fs'
import { hostFault } from '../core/index.ts'
import { UsageError } from './invocation.ts'

/** What `paifang worker` is told. */
export interface WorkerSettings {
  readonly gateway: string
  readonly name: string
  readonly kid: string
  readonly secret: string
  readonly hosts: readonly string[]
  readonly maxInFlight: number
  readonly internalHosts: readonly string[]
  readonly insecureHosts: readonly string[]
}

/** How it is called. */
export const workerUsage = `usage: paifang worker --gateway wss://GATEWAY/_spider --name NAME --hosts HOST,HOST
         [--key NAME] [--max-in-flight 16] [--internal-hosts …] [--insecure-hosts …]
       with the key in PAIFANG_WORKER_SECRET, or in a file that PAIFANG_WORKER_SECRET_FILE names
       paifang worker key NAME, where the gateway's configuration is, prints a key`

const name = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** @throws {UsageError} when something is missing or makes no sense */
export function workerSettings(
  flags: Readonly<Record<string, string | undefined>>,
  env: NodeJS.ProcessEnv
): WorkerSettings {
  const { gateway = '', name: own = '', key = own } = flags
  if (!URL.canParse(gateway) || !/^wss?:$/.test(new URL(gateway).protocol))
    throw new UsageError(`--gateway is no URL of a WebSocket\n${workerUsage}`)
  if (!name.test(own) || !name.test(key))
    throw new UsageError(`--name is missing, or is no name\n${workerUsage}`)
  const maxInFlight = Number(flags['max-in-flight'] ?? 16)
  if (!Number.isInteger(maxInFlight) || maxInFlight < 1 || maxInFlight > 1_000)
    throw new UsageError('--max-in-flight is a number from 1 to 1000')
  const hosts = listIn(flags, 'hosts')
  if (hosts.length === 0)
    throw new UsageError(`--hosts is missing: a worker serves the hosts that it names\n${workerUsage}`)
  return {
    gateway,
    name: own,
    kid: key,
    secret: secretIn(env),
    hosts,
    maxInFlight,
    internalHosts: listIn(flags, 'internal-hosts'),
    insecureHosts: listIn(flags, 'insecure-hosts')
  }
}

/** Not from the command line, which others on this machine can read. */
function secretIn(env: NodeJS.ProcessEnv): string {
  const file = env['PAIFANG_WORKER_SECRET_FILE']
  const secret = (file ? readFileSync(file, 'utf8') : (env['PAIFANG_WORKER_SECRET'] ?? '')).trim()
  if (/^[A-Za-z0-9_-]{43}$/.test(secret)) return secret
  throw new UsageError(`PAIFANG_WORKER_SECRET is missing, or is no key\n${workerUsage}`)
}

function listIn(flags: Readonly<Record<string, string | undefined>>, flag: string): string[] {
  const list = (flags[flag] ?? '').split(',').filter(entry => entry !== '')
  const fault = list.map(hostFault).find(text => text !== undefined)
  if (fault) throw new UsageError(`--${flag}: ${fault}`)
  return list
}
