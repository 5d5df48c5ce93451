import { HostList } from '../../../core/index.ts'
import type { WorkerFrame } from '../protocol/frames.ts'
import { isSameMac, loginMac, type LoginFacts } from '../protocol/keys.ts'
import { FrameFault } from '../protocol/read-frame.ts'
import type { Denial } from './counters.ts'

/** What a worker says of itself. */
export interface WorkerFacts {
  readonly name: string
  readonly maxInFlight: number
  /** The hosts that it serves; empty: any. */
  readonly hosts: readonly string[]
  readonly list: HostList
  /** Proves to the worker that this gateway knows its key. */
  readonly mac: string
}

/** What comes of a frame of a login. */
export type LoginStep =
  | { readonly challenge: string }
  | { readonly denied: Denial }
  | { readonly worker: WorkerFacts }

export interface LoginOptions {
  /** The key of a name; `undefined`: it has none that is good. */
  readonly keyOf: (kid: string) => string | undefined
  /** 22–64 characters, base64url, never the same twice. */
  readonly nonce: () => string
}

/** A login: `hello`, `challenge`, `auth`, and then the connection is a worker's, or is not. */
export class Login {
  readonly #options: LoginOptions
  #hello: Extract<WorkerFrame, { type: 'hello' }> | undefined
  #facts: LoginFacts | undefined

  constructor(options: LoginOptions) {
    this.#options = options
  }

  /** @throws {FrameFault} for a frame that has no place here */
  step(frame: WorkerFrame): LoginStep {
    if (frame.type === 'hello' && !this.#hello) {
      const challengeNonce = this.#options.nonce()
      this.#hello = frame
      this.#facts = { name: frame.name, helloNonce: frame.nonce, challengeNonce }
      return { challenge: challengeNonce }
    }
    if (frame.type !== 'auth' || !this.#hello || !this.#facts)
      throw new FrameFault('it has no place in a login')
    const { name, caps } = this.#hello
    const key = this.#options.keyOf(frame.kid)
    if (key === undefined || !isSameMac(frame.mac, loginMac(key, 'worker', this.#facts)))
      return { denied: 'auth' }
    const list = listOf(caps.hosts ?? [])
    if (!list) return { denied: 'hosts' }
    const mac = loginMac(key, 'gateway', this.#facts)
    return { worker: { name, maxInFlight: caps.maxInFlight, hosts: caps.hosts ?? [], list, mac } }
  }
}

function listOf(hosts: readonly string[]): HostList | undefined {
  try {
    return new HostList(hosts)
  } catch {
    return undefined
  }
}
