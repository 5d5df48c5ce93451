import type { CheckContext, SettingProblem } from '../../core/index.ts'
import type { ImSettings } from './config.ts'

/** The secrets of the configuration in the repository, which everybody knows. */
export const publishedSecrets: readonly string[] = ['paifang-demo', 'paifang-demo-token-secret']

/** Shortest secret that production takes. */
const secretLength = 32
const hint = 'make one with: openssl rand -hex 32'

/** What a schema cannot see in the settings. */
export function checkSettings(settings: ImSettings, { production }: CheckContext): SettingProblem[] {
  const { tokenCheck, tokenSecret, openimApi, demo, uploads } = settings
  const problems: SettingProblem[] = []
  if (tokenCheck === 'openim' && !isPlainUrl(openimApi))
    problems.push({
      path: ['openimApi'],
      message: openimApi === '' ? 'is missing: tokenCheck is openim' : 'is no http or https URL',
      hint: 'write it without user and password, like http://openim-api:10002'
    })
  if (uploads.publicUrl !== '' && !isBase(uploads.publicUrl))
    problems.push({
      path: ['uploads', 'publicUrl'],
      message: 'is no http or https URL that a path can follow',
      hint: 'write it like https://chat.example.com or https://chat.example.com/api'
    })
  if (!production) return problems
  if (tokenCheck === 'embedded' && tokenSecret === '')
    problems.push({ path: ['tokenSecret'], message: 'is missing: it signs the tokens', hint })
  if (demo)
    problems.push({
      path: ['demo'],
      message: 'is a page that logs in whoever opens it',
      hint: 'set it to false, or NODE_ENV to something else than production'
    })
  return [...problems, ...secretProblems(settings)]
}

function secretProblems({ tokenSecret, adminSecret }: ImSettings): SettingProblem[] {
  return Object.entries({ tokenSecret, adminSecret }).flatMap(([name, secret]) => {
    if (secret === '') return []
    const message = publishedSecrets.includes(secret)
      ? 'is the published one of the demonstration'
      : secret.length < secretLength && `is shorter than ${secretLength} characters`
    return message ? [{ path: [name], message, hint }] : []
  })
}

/** Without anything behind its path. */
function isBase(text: string): boolean {
  return isPlainUrl(text) && !/[?#]/.test(text)
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, hash } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === ''
}
