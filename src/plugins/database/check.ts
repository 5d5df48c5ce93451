import type { Static } from 'typebox'
import type { SettingProblem } from '../../core/index.ts'
import type { Config } from './config.ts'

/** An address of the driver `postgres` that cannot work. */
export function checkSettings({ driver, postgres }: Static<typeof Config>): readonly SettingProblem[] {
  if (driver !== 'postgres') return []
  const url = URL.canParse(postgres.url) ? new URL(postgres.url) : undefined
  if (url && ['postgres:', 'postgresql:'].includes(url.protocol)) return []
  return [{ path: ['postgres', 'url'], message: 'is no postgres:// address' }]
}
