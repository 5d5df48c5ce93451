import { randomBytes, randomInt } from 'node:crypto'

/** How pushes are encrypted, as the console names it: 明文模式, 兼容模式, 安全模式. */
export type EncryptionMode = 'plain' | 'compat' | 'secure'

/** An official account as its console shows it. */
export interface SimulatedAccount {
  readonly appId: string
  readonly appSecret: string
  /** 3–32 letters and digits. */
  readonly token: string
  /** 43 letters and digits. */
  readonly encodingAesKey: string
  readonly mode: EncryptionMode
  /** Names the account in pushes, `gh_…`. */
  readonly originalId: string
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** Those that encode six bits of which the last two are 0. */
const lastLetters = 'AEIMQUYcgkosw048'

/** An account with what is given, and drawn values for what is absent or empty, so that nobody can guess a secret. */
export function simulatedAccount(given: Partial<SimulatedAccount> = {}): SimulatedAccount {
  return {
    appId: given.appId || `wx${randomBytes(8).toString('hex')}`,
    appSecret: given.appSecret || randomBytes(16).toString('hex'),
    token: given.token || draw(letters, 32),
    encodingAesKey: given.encodingAesKey || draw(letters, 42) + draw(lastLetters, 1),
    mode: given.mode ?? 'secure',
    originalId: given.originalId || `gh_${randomBytes(6).toString('hex')}`
  }
}

function draw(from: string, length: number): string {
  return Array.from({ length }, () => from[randomInt(from.length)]).join('')
}
