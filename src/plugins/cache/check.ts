import type { SettingProblem } from '../../core/index.ts'
import type { Config } from './config.ts'

/** What is wrong with settings that are right one by one. */
export function checkSettings({ maxBytes, maxEntryBytes }: Config): SettingProblem[] {
  if (maxEntryBytes <= maxBytes) return []
  return [
    {
      path: ['maxEntryBytes'],
      message: 'is more than maxBytes, which bounds all values together',
      hint: `choose at most ${maxBytes}`
    }
  ]
}
