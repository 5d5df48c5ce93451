import type { CheckContext, SettingProblem } from '../../core/index.ts'
import { isPasswordHash, publishedHashes } from '../sessions/service.ts'
import type { TokenSettings } from './config.ts'
import { readKeys } from './key-ring.ts'

const hashHint = 'make one with: npx paifang password'

/** What a schema cannot see in the settings. */
export function checkSettings(settings: TokenSettings, { production }: CheckContext): SettingProblem[] {
  return [
    ...keyProblems(settings, production),
    ...userProblems(settings.users, production),
    ...scopeProblems(settings)
  ]
}

function keyProblems(settings: TokenSettings, production: boolean): SettingProblem[] {
  const { algorithm, secret, keys, users } = settings
  if (algorithm === 'EdDSA' && secret !== undefined)
    return [{ path: ['secret'], message: 'is for HS256', hint: 'put an Ed25519 key into keys' }]
  if (secret === undefined && keys.length === 0) {
    if (algorithm === 'EdDSA') return [{ path: ['keys'], message: 'is empty: EdDSA needs a key' }]
    const hint = 'make one with: openssl rand -hex 32'
    return production ? [{ path: ['secret'], message: 'is missing: it signs the tokens', hint }] : []
  }
  try {
    const canSign = readKeys(settings).some(({ signs }) => signs)
    if (canSign || users.length === 0) return []
    return [
      { path: ['keys'], message: 'can only check tokens, and users need some', hint: 'add a privateKey' }
    ]
  } catch (error) {
    return [{ path: ['keys'], message: error instanceof Error ? error.message : 'cannot be read' }]
  }
}

function userProblems(users: TokenSettings['users'], production: boolean): SettingProblem[] {
  const names = users.map(({ username }) => username)
  return users.flatMap(({ username, password }, index) => {
    const path = (name: string): string[] => ['users', String(index), name]
    if (names.indexOf(username) !== index)
      return [{ path: path('username'), message: 'is the name of another user too' }]
    if (!isPasswordHash(password))
      return [{ path: path('password'), message: 'is not the hash of a password', hint: hashHint }]
    if (production && publishedHashes.includes(password))
      return [
        { path: path('password'), message: 'is the published one of the demonstration', hint: hashHint }
      ]
    return []
  })
}

function scopeProblems({ scopes, users, sessionScopes }: TokenSettings): SettingProblem[] {
  const unknown = (path: readonly string[], names: readonly string[]): SettingProblem[] =>
    names.flatMap((name, index) =>
      Object.hasOwn(scopes, name)
        ? []
        : [{ path: [...path, String(index)], message: `names a scope that there is not: '${name}'` }]
    )
  return [
    ...Object.entries(scopes).flatMap(([name, { extends: parents }]) => [
      ...unknown(['scopes', name, 'extends'], parents),
      ...(reaches(scopes, name, name)
        ? [{ path: ['scopes', name, 'extends'], message: 'leads back to the scope itself' }]
        : [])
    ]),
    ...users.flatMap(({ scopes: own }, index) => unknown(['users', String(index), 'scopes'], own)),
    ...unknown(['sessionScopes'], sessionScopes)
  ]
}

function reaches(
  scopes: TokenSettings['scopes'],
  from: string,
  goal: string,
  seen: Set<string> = new Set()
): boolean {
  const parents = Object.hasOwn(scopes, from) ? (scopes[from]?.extends ?? []) : []
  return parents.some(parent => {
    if (parent === goal) return true
    if (seen.has(parent)) return false
    return reaches(scopes, parent, goal, seen.add(parent))
  })
}
