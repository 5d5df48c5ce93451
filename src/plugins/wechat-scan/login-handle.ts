import { createHash, randomBytes } from 'node:crypto'
import type { State } from '../state/service.ts'

/** What the gateway knows of a browser that waits. The browser alone has the secret; it is kept nowhere. */
export interface Handle {
  readonly version: number
  readonly account: string
  /** The scene that it shows at present. */
  readonly scene: string
  /** QR codes that it got by itself since its user last asked for one. */
  readonly refreshes: number
  /** The browser in words. */
  readonly from: string
}

/** How long a browser may be away after its QR code is over, and still ask for a new one. */
const keepMs = 1_800_000

/** A secret of 256 bits, in 43 characters. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a secret. Unsalted: nobody guesses 128 random bits. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** The handles, by the hashes of their secrets, in the `State` that all nodes share. */
export class HandleStore {
  readonly #state: State
  readonly #ttlMs: number

  /** @param sceneTtlMs how long one QR code may be scanned */
  constructor(state: State, sceneTtlMs: number) {
    this.#state = state
    this.#ttlMs = sceneTtlMs + keepMs
  }

  async read(hash: string): Promise<Handle | undefined> {
    const raw = await this.#state.get(keyOf(hash))
    return raw === undefined ? undefined : (JSON.parse(raw) as Handle)
  }

  /** Makes `after` of `before` (`undefined`: there was none). False: it has changed meanwhile. */
  swap(hash: string, before: Handle | undefined, after: Omit<Handle, 'version'>): Promise<boolean> {
    const next = write({ ...after, version: (before?.version ?? 0) + 1 })
    return this.#state.compareAndSet(keyOf(hash), before && write(before), next, { ttlMs: this.#ttlMs })
  }

  async forget(hash: string): Promise<void> {
    await this.#state.delete(keyOf(hash))
  }
}

const keyOf = (hash: string): string => `wechat-scan:handle:${hash}`

/** One text for one handle, whatever the order of its members was. */
function write({ version, account, scene, refreshes, from }: Handle): string {
  return JSON.stringify({ version, account, scene, refreshes, from })
}
