import type { FastifyBaseLogger } from 'fastify'
import type { CheckContext, Clock } from '../../core/index.ts'
import { demonstrationKeys } from './check.ts'
import type { Config } from './config.ts'
import { readKeysFile } from './keys-file.ts'
import { followKeysFile, type KeysFollower } from './keys-follower.ts'
import { readProfiles, type Profile } from './profiles.ts'

interface KeepOptions extends CheckContext {
  readonly clock: Clock
  readonly log: FastifyBaseLogger
}

/**
 * Keeps the rings of `profiles` up to date with the keys file, if the settings name one: when it changes, and on
 * SIGHUP. A version with anything wrong in it is not taken at all.
 * @param identity that of the file from before it was first read
 */
export function keepKeys(
  profiles: readonly Profile[],
  config: Config,
  identity: string,
  { production, clock, log }: KeepOptions
): KeysFollower | undefined {
  const { keysFile: path, keysPollMs: intervalMs } = config
  if (path === undefined) return undefined

  const load = (): string[] => {
    const { keys, problems: faults } = readKeysFile(path)
    const settled = readProfiles(config, keys, clock)
    const fresh = new Map(settled.profiles.map(profile => [profile.name, profile.ring]))
    const lost = profiles.filter(({ name }) => !fresh.has(name))
    const refused = production ? demonstrationKeys(settled.keys) : []
    const found = faults.length > 0 ? faults : [...settled.problems, ...refused]
    if (found.length > 0) return found.map(problem => `${problem.path.join('.')}: ${problem.message}`)
    if (lost.length > 0) return lost.map(({ name }) => `keysFile: no key is left for the profile '${name}'`)
    for (const profile of profiles) profile.ring = fresh.get(profile.name) ?? profile.ring
    return []
  }
  const report = (problems: readonly string[]): void => {
    const kids = Object.fromEntries(
      profiles.map(({ name, ring }) => [name, ring.opening().map(({ kid }) => kid)])
    )
    if (problems.length > 0)
      log.error({ path, problems }, 'the keys file is not valid; the keys of before stay')
    else log.info({ path, keys: kids }, 'the keys were read again')
  }

  const follower = followKeysFile({ path, identity, intervalMs, clock, load, report })
  process.on('SIGHUP', follower.reload)
  return {
    ...follower,
    stop() {
      process.off('SIGHUP', follower.reload)
      follower.stop()
    }
  }
}
