import type { SettingProblem } from '../../core/index.ts'
import type { Complete } from './built-ins.ts'
import type { Codec } from './codec.ts'
import type { Config, KeySettings, ProfileSettings } from './config.ts'

const namePattern = /^(?!\d+$)[\w.-]{1,64}$/
const nameRule = '1–64 letters, digits, ".", "_" or "-", and not digits alone'

/** What is wrong with the names of keys and profiles. */
export function nameProblems(
  { legacyKey, keys, profiles }: Config,
  fileKeys: Readonly<Record<string, KeySettings>>
): SettingProblem[] {
  const names = [
    ...Object.keys(keys).map(name => ({ path: ['keys', name], name })),
    ...Object.keys(fileKeys).map(name => ({ path: ['keysFile'], name })),
    ...Object.keys(profiles).map(name => ({ path: ['profiles', name], name }))
  ]
  return names.flatMap(({ path, name }) => {
    if (!namePattern.test(name)) return [{ path, message: `'${name}' is no name: a name has ${nameRule}` }]
    if (name === 'legacy' && legacyKey !== undefined)
      return [{ path, message: 'the name `legacy` is taken by legacyKey', hint: 'use another name' }]
    if (path[0] === 'keysFile' && Object.hasOwn(keys, name))
      return [{ path, message: `'${name}' is in \`keys\` too`, hint: 'keep it in one of the two' }]
    return []
  })
}

/** What is wrong with a profile, besides its keys and its options. */
export function profileProblems(
  name: string,
  profile: ProfileSettings,
  keys: Complete['keys'],
  codec: Codec | undefined
): SettingProblem[] {
  const path = ['profiles', name, 'keys']
  const unknown = profile.keys.filter(kid => !keys.has(kid))
  const found: SettingProblem[] = unknown.map(kid => ({
    path,
    message: `no key has the id '${kid}'`,
    hint: `the key ids are ${[...keys.keys()].join(', ') || 'none so far'}`
  }))
  const uses = new Set(profile.keys.map(kid => keys.get(kid)?.settings.use ?? 'both'))
  if (!uses.has('both') && !uses.has('open'))
    found.push({ path, message: `none of the keys of '${name}' opens requests` })
  if (!uses.has('both') && !uses.has('seal') && profile.answers !== 'plain')
    found.push({ path, message: `none of the keys of '${name}' seals answers` })
  if (profile.replayWindowMs !== undefined && codec?.fresh === false)
    found.push({
      path: ['profiles', name, 'replayWindowMs'],
      message: `replayWindowMs of '${name}' does nothing: messages of ${profile.codec} carry no time`
    })
  return found
}

/** The keys that profiles of several formats use: what one of them gives away would weaken the others. */
export function sharedKeys({ keys, profiles }: Complete): ReadonlyMap<string, SettingProblem> {
  const found = [...keys].flatMap(([kid, { path }]) => {
    const users = [...profiles.values()].filter(profile => profile.keys.includes(kid))
    const codecs = [...new Set(users.map(({ codec }) => codec))]
    if (codecs.length < 2) return []
    const message = `'${kid}' serves ${codecs.join(' and ')}; a key is for one codec`
    return [[kid, { path, message }] as const]
  })
  return new Map(found)
}
