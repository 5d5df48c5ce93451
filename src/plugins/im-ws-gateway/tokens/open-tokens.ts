import type { Clock } from '../../../core/index.ts'
import type { Database } from '../../database/service.ts'
import type { State } from '../../state/service.ts'
import type { ImSettings } from '../config.ts'
import type { TokenIssuer, Tokens } from './tokens.ts'

export interface OpenTokensOptions {
  readonly settings: ImSettings
  readonly database: Database
  readonly state?: State | undefined
  readonly clock: Clock
}

/** Whoever the settings say knows which tokens are good. */
export interface OpenedTokens {
  readonly tokens: Tokens
  /** Makes tokens too; missing where an OpenIM server does that. */
  readonly issuer: TokenIssuer | undefined
  /** Ends what is under way, and what waits for other nodes. */
  close(): Promise<void>
}

/**
 * Opens what the setting `tokenCheck` names. Waits for the database, and for no other server.
 * @throws {TypeError} when the secret of embedded tokens is empty
 */
export async function openTokens(options: OpenTokensOptions): Promise<OpenedTokens> {
  if (options.settings.tokenCheck === 'openim') {
    const { createOpenImTokens } = await import('./openim.ts')
    const tokens = await createOpenImTokens(options)
    return { tokens, issuer: undefined, close: () => tokens.close() }
  }
  const { createEmbeddedTokens } = await import('./embedded.ts')
  const issuer = await createEmbeddedTokens(options)
  return { tokens: issuer, issuer, close: () => issuer.close() }
}
