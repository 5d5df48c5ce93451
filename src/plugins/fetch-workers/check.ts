import { hostFault, type CheckContext, type SettingProblem } from '../../core/index.ts'
import type { WorkersSettings } from './config.ts'

/** The secret of the configuration in the repository, which everybody knows. */
export const publishedSecret = 'paifang-demo-worker-secret'

/** Shortest secret that production takes. */
const secretLength = 32

/** What a schema cannot see in the settings. */
export function checkSettings(settings: WorkersSettings, { production }: CheckContext): SettingProblem[] {
  const { secret, credentialHosts, rules } = settings
  const lists = [
    [['credentialHosts'], credentialHosts],
    ...rules.map(({ hosts = [] }, at) => [['rules', String(at), 'hosts'], hosts] as const)
  ] as const
  const problems: SettingProblem[] = lists.flatMap(([path, list]) =>
    list.flatMap(entry => {
      const message = hostFault(entry)
      return message === undefined ? [] : [{ path, message, hint: "write '*.example.edu' or '10.1.0.0/16'" }]
    })
  )
  if (!production || secret === '') return problems
  const isPublished = secret === publishedSecret
  if (!isPublished && secret.length >= secretLength) return problems
  const message = isPublished ? 'is the published one' : `is shorter than ${secretLength} characters`
  return [...problems, { path: ['secret'], message, hint: 'make one with: openssl rand -hex 32' }]
}
