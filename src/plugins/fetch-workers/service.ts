import { service } from '../../core/index.ts'

export { WorkerFailure, type TargetFault, type WorkerFailureKind } from './worker-failure.ts'

/**
 * Who makes a request. `prefer`: a worker if there is one, else the gateway. `only`: a worker or nobody. `never`: the
 * gateway.
 */
export type WorkerMode = 'prefer' | 'only' | 'never'

/** A request for a worker to make. Redirects are not followed: they are answers. */
export interface WorkerRequest {
  /** Upper case. */
  readonly method: string
  /** http or https, without user and password. */
  readonly url: string
  /** Names in lower case, `cookie` not among them. */
  readonly headers: Readonly<Record<string, string>>
  /** What the upstream has set and gets back: `name=value` each. */
  readonly cookies: readonly string[]
  readonly body?: Uint8Array | undefined
  /** Bytes of the answer's body, as it is sent. */
  readonly maxBytes: number
}

/** How the request is handed out. */
export interface WorkerFetchOptions {
  /** When it must be over, in monotonic milliseconds of the clock. */
  readonly deadlineAt: number
  /** `never` fails at once. What to do after a failure is up to the caller. */
  readonly mode: WorkerMode
  readonly signal?: AbortSignal
}

/** What the upstream answered a worker, whatever its status. */
export interface WorkerAnswer {
  readonly status: number
  /** Names in lower case, `set-cookie` not among them. */
  readonly headers: Readonly<Record<string, string | string[]>>
  /** The `Set-Cookie` headers of this answer, to be merged into the caller's jar. */
  readonly setCookies: readonly string[]
  /** As it was sent: not decompressed. */
  readonly body: Uint8Array
  /** The worker's name. */
  readonly worker: string
}

/** What decides who makes a request that does not say it itself. */
export interface WorkerRuleFacts {
  readonly method: string
  readonly url: URL
  /** The plugin on whose behalf it is made. */
  readonly plugin?: string | undefined
}

/** One connection of a worker. */
export interface WorkerStatus {
  readonly name: string
  readonly session: string
  /** `pending`: it waits to be accepted by an operator. `draining`: it gets no more requests. */
  readonly state: 'pending' | 'ready' | 'draining'
  readonly inFlight: number
  readonly maxInFlight: number
  readonly requests: number
  readonly failures: number
  /** How long its answers take, milliseconds; newer ones count more. */
  readonly latencyMs: number
  /** Milliseconds since the Unix epoch. */
  readonly connectedAt: number
  /** The hosts that it serves; empty: any. */
  readonly hosts: readonly string[]
}

/** What is counted. */
export interface FetchWorkersStatus {
  readonly workers: readonly WorkerStatus[]
  /** Monotonic counters: `requests_total`, `late_frames_total`, … */
  readonly counters: Readonly<Record<string, number>>
  /** Workers that were turned away since the start, by reason: `auth`, `full`, … */
  readonly denied: Readonly<Record<string, number>>
  /** Requests that no worker answered, by {@link WorkerFailureKind}. */
  readonly failures: Readonly<Record<string, number>>
}

/** Requests made by workers elsewhere: within another network, or from another address. */
export interface FetchWorkers {
  /**
   * Lets a worker make a request.
   * @throws {WorkerFailure} when there is no answer; it says whether the upstream may have got the request
   */
  fetch(request: WorkerRequest, options: WorkerFetchOptions): Promise<WorkerAnswer>
  /** Who makes such a request, by the settings. */
  modeFor(facts: WorkerRuleFacts): WorkerMode
  status(): FetchWorkersStatus
}

export const FetchWorkers = service<FetchWorkers>('fetchWorkers')
