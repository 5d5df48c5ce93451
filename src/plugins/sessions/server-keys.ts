import { createHmac, hkdfSync } from 'node:crypto'

/** The keys of the gateway itself, all out of one secret, which is kept elsewhere than the database. */
export interface ServerKeys {
  /** Goes into every password, so that the database alone is no use for guessing them. */
  readonly pepper: Buffer
  /** Stands for user names in the database. */
  readonly index: Buffer
  /** Makes identities out of user names. */
  readonly identity: Buffer
  /** Authenticates rows. */
  readonly mac: Buffer
  /** Makes the tokens of people whom trusted adapters know. */
  readonly adapter: Buffer
}

/** Derives the keys of the gateway (HKDF-SHA-256). */
export function serverKeys(secret: Uint8Array): ServerKeys {
  const key = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `gw.sessions.${purpose}.v1`, 32))
  return {
    pepper: key('pepper'),
    index: key('index'),
    identity: key('identity'),
    mac: key('mac'),
    adapter: key('adapter')
  }
}

/** The pseudonym of a person: the same on all platforms, and not found by trying user names without the key. */
export function identityOf(keys: ServerKeys, provider: string, username: string): string {
  return mac(keys.identity, provider, username).toString('base64url')
}

/** Under which the rows of a person are found. It is another than the identity, which plugins know. */
export function usernameIndexOf(keys: ServerKeys, provider: string, username: string): string {
  return mac(keys.index, provider, username).toString('base64url')
}

/** A password as the key derivation gets it: in its compatibility form (NFKC), and mixed with the pepper. */
export function pepper(keys: ServerKeys, password: string): Buffer {
  return createHmac('sha256', keys.pepper).update(password.normalize('NFKC')).digest()
}

/** The token of a person whom an adapter knows as `subject`: 32 bytes, the same at every time. */
export function adapterTokenOf(keys: ServerKeys, adapter: string, subject: string): Buffer {
  return mac(keys.adapter, adapter, subject)
}

/** Neither part may hold a NUL, which parts them. */
function mac(key: Buffer, first: string, second: string): Buffer {
  return createHmac('sha256', key).update(`${first}\0${second}`).digest()
}
