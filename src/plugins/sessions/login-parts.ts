import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../../core/index.ts'
import type { SessionSettings } from './config.ts'
import type { Lookup } from './lookup.ts'
import type { PasswordKdf } from './password-kdf.ts'
import type { Providers } from './providers.ts'
import type { LoginRequest } from './service.ts'
import type { ServerKeys } from './server-keys.ts'
import type { SessionMemory } from './session-memory.ts'
import type { Store } from './store.ts'
import type { IdentityRow } from './tables.ts'

/** What logins are made with. */
export interface LoginParts {
  readonly store: Store
  readonly memory: SessionMemory
  readonly lookup: Lookup
  readonly keys: ServerKeys
  readonly kdf: PasswordKdf
  readonly providers: Providers
  readonly settings: SessionSettings
  readonly clock: Clock
  readonly log: FastifyBaseLogger
  /** Tells that the data key of a person was replaced. */
  readonly lost: (identity: string) => void
}

/** A login, with what stands for its user and password. */
export interface Attempt extends LoginRequest {
  readonly identity: string
  readonly usernameIndex: string
  /** The password, mixed with the pepper. */
  readonly secret: Buffer
}

/** A person whose password is known, and what it opens. */
export interface Unlocked {
  readonly person: IdentityRow
  readonly kek: Buffer
  readonly dataKey: Buffer
}
