import type { SettingProblem } from '../../core/index.ts'
import type { Config } from './config.ts'

/** What is wrong with settings that are right one by one. */
export function checkSettings({
  maxEventBytes,
  maxQueueBytes,
  endpoint,
  tokenSecret
}: Config): SettingProblem[] {
  const problems: SettingProblem[] = []
  // Else a reader could fall out of its queue with the only event in it, resume, and fall out again.
  if (maxEventBytes * 2 > maxQueueBytes)
    problems.push({
      path: ['maxQueueBytes'],
      message: 'has no room for two events of maxEventBytes',
      hint: `choose at least ${maxEventBytes * 2}`
    })
  if (endpoint && tokenSecret === undefined)
    problems.push({
      path: ['tokenSecret'],
      message: 'is needed for the endpoint',
      hint: 'make one with: node -p "crypto.randomBytes(32).toString(\'base64url\')"'
    })
  return problems
}
