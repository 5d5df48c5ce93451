import type { CheckContext, SettingProblem } from '../../core/index.ts'
import type { SessionSettings } from './config.ts'
import { isPasswordHash, publishedHashes } from './passwords/password-hash.ts'

const hint = 'make one with: npx paifang password'

/** What a schema cannot see in the settings. */
export function checkSettings(settings: SessionSettings, { production }: CheckContext): SettingProblem[] {
  const problems = [...userProblems(settings.users, production), ...providerProblems(settings)]
  if (production && settings.scryptCost < 15)
    problems.push({ path: ['scryptCost'], message: 'makes passwords too easy to guess', hint: 'use 15' })
  return problems
}

function userProblems(users: SessionSettings['users'], production: boolean): SettingProblem[] {
  const names = users.map(({ username }) => username)
  return users.flatMap(({ username, password }, index) => {
    const path = (name: string): string[] => ['users', String(index), name]
    if (username !== username.trim())
      return [{ path: path('username'), message: 'begins or ends with a space' }]
    if (names.indexOf(username) !== index)
      return [{ path: path('username'), message: 'is the name of another user too' }]
    if (!isPasswordHash(password))
      return [{ path: path('password'), message: 'is not the hash of a password', hint }]
    if (production && publishedHashes.includes(password))
      return [{ path: path('password'), message: 'is the published one of the demonstration', hint }]
    return []
  })
}

function providerProblems({ provider, http }: SessionSettings): SettingProblem[] {
  if (provider !== 'http' || isPlainUrl(http.url)) return []
  const message = http.url === '' ? 'is missing: provider is http' : 'is no http or https URL'
  return [{ path: ['http', 'url'], message, hint: 'write it without user and password' }]
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, hash } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === ''
}
