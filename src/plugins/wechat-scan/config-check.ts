import type { CheckContext, SettingProblem } from '../../core/index.ts'
import type { ScanSettings } from './config.ts'
import { originProblems } from './routes-origin.ts'

/** Shortest secrets that production takes. */
const secretLength = 16

/** What a schema cannot see in the settings. */
export function checkSettings(settings: ScanSettings, context: CheckContext): readonly SettingProblem[] {
  return [
    ...accountProblems(settings, []),
    ...settings.accounts.flatMap((account, index) =>
      accountProblems(account, ['accounts', String(index)], true)
    ),
    ...nameProblems(settings),
    ...urlProblems(settings),
    ...originProblems(settings.origins),
    ...secretProblems(settings, context),
    ...(settings.freshnessS === 0 && context.production
      ? [problem('freshnessS', 'is 0: whoever has seen one push could repeat it for ever', 'remove it')]
      : []),
    ...(settings.confirm === 'page' && settings.publicUrl === ''
      ? [problem('publicUrl', 'is missing: confirm: page sends phones there', 'https://login.example.com')]
      : [])
  ]
}

type AccountMembers = Pick<ScanSettings, 'appId' | 'appSecret' | 'token' | 'encodingAesKey' | 'mode'>

/** An account is set up as a whole, or not at all. */
function accountProblems(account: AccountMembers, at: readonly string[], must = false): SettingProblem[] {
  const { appId, appSecret, token, encodingAesKey, mode } = account
  const given = [appId, appSecret, token, encodingAesKey]
  if (!must && given.every(member => member === '')) return []
  const missing = Object.entries({ appId, appSecret, token, ...(mode !== 'plain' && { encodingAesKey }) })
  return missing
    .filter(([, value]) => value === '')
    .map(([name]) => ({
      path: [...at, name],
      message:
        name === 'encodingAesKey'
          ? `is missing: mode is ${mode}`
          : 'is missing, while the account has other members',
      hint: 'the console of the account shows it under its server settings'
    }))
}

function nameProblems({ accounts }: ScanSettings): SettingProblem[] {
  const names = ['default', ...accounts.map(({ name }) => name)]
  return accounts.flatMap(({ name }, index) => {
    if (names.indexOf(name) === index + 1) return []
    const hint = name === 'default' ? 'the account without a name has it' : 'give each account its own'
    return [{ path: ['accounts', String(index), 'name'], message: `'${name}' is taken`, hint }]
  })
}

function urlProblems({ apiBase, publicUrl, forwardUrl }: ScanSettings): SettingProblem[] {
  return Object.entries({ apiBase, publicUrl, forwardUrl }).flatMap(([name, url]) => {
    if (url === '' || isPlainUrl(url)) return []
    return [
      problem(name, 'is no http or https URL', 'write it without user and password, like https://host:8443')
    ]
  })
}

function secretProblems(settings: ScanSettings, { production }: CheckContext): SettingProblem[] {
  const { profile, sseToken, clientSecret } = settings
  const short = (secret: string): boolean => production && secret !== '' && secret.length < secretLength
  const hint = 'openssl rand -hex 32'
  const tooShort = `is shorter than ${secretLength} characters`
  return [
    ...(profile === 'compat' && sseToken === ''
      ? [problem('sseToken', 'is missing: the profile compat asks for it', hint)]
      : []),
    ...(profile === 'compat' && short(sseToken) ? [problem('sseToken', tooShort, hint)] : []),
    ...(short(clientSecret) ? [problem('clientSecret', tooShort, hint)] : [])
  ]
}

function problem(name: string, message: string, hint: string): SettingProblem {
  return { path: [name], message, hint }
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, hash } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === ''
}
